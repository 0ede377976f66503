import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { atomicWriteFile, atomicWriteFileSync } from '@shimwright/fs-atomic';
import { absolutePath } from './absolute-path.ts';
import { parseAddress } from './address.ts';
import { hasCode, ShimAddressError } from './errors.ts';

const FILE_NAME = 'address';
const MAX_BYTES = 4096;

// A FIFO is opened without waiting for its writer, a terminal without being adopted; a link is refused,
// since nobody who writes an address makes one.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY;

// The content must be whole if the file is there, but no name has to survive a crash of the machine: the
// shim does not survive it either.
const WRITE = { mode: 0o644, fsyncDirectory: false } as const;

/**
 * Records in the bundle's file `address` where its shim listens. The file appears completely or not at all.
 *
 * @throws {ShimAddressError} as `parseAddress` does, and `ERR_ADDRESS_ARGUMENT` for an invalid path. Nothing was written
 * then.
 */
export async function saveAddress(bundlePath: string | URL, address: string): Promise<void> {
  parseAddress(address);
  await atomicWriteFile(fileIn(bundlePath), address, WRITE);
}

/**
 * The synchronous form of `saveAddress`.
 *
 * @throws {ShimAddressError} as `saveAddress` does.
 */
export function saveAddressSync(bundlePath: string | URL, address: string): void {
  parseAddress(address);
  atomicWriteFileSync(fileIn(bundlePath), address, WRITE);
}

/**
 * Returns the address that is recorded in a bundle, or undefined if there is none.
 *
 * The file is not trusted: only a regular file is read, no link is followed, and at most 4096 bytes are read.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_UNREADABLE` if the file exists but cannot be read, is longer, or is not a
 * regular file; `ERR_ADDRESS_INVALID` and `ERR_ADDRESS_TOO_LONG` if it does not hold an address;
 * `ERR_ADDRESS_ARGUMENT` for an invalid path.
 */
export async function loadAddress(bundlePath: string | URL): Promise<string | undefined> {
  const file = fileIn(bundlePath);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, FLAGS);
    checkFile(await handle.stat(), file);
    return addressIn(await readAll(handle), file);
  } catch (error) {
    return missingOr(error, file);
  } finally {
    await handle?.close();
  }
}

/**
 * The synchronous form of `loadAddress`.
 *
 * @throws {ShimAddressError} as `loadAddress` does.
 */
export function loadAddressSync(bundlePath: string | URL): string | undefined {
  const file = fileIn(bundlePath);
  let descriptor: number | undefined;
  try {
    // A bundle whose shim was never started is common, and an error costs ten times a look.
    if (!lstatSync(file, { throwIfNoEntry: false })) return undefined;
    descriptor = openSync(file, FLAGS);
    checkFile(fstatSync(descriptor), file);
    return addressIn(readAllSync(descriptor), file);
  } catch (error) {
    return missingOr(error, file);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function fileIn(bundlePath: string | URL): string {
  return `${absolutePath(bundlePath, 'bundlePath')}/${FILE_NAME}`;
}

function checkFile(stats: Stats, file: string): void {
  if (!stats.isFile()) throw unreadable(file, 'is no regular file');
}

/** Up to one byte more than is allowed, which is enough to know that there is more. */
async function readAll(handle: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, { offset: length });
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function readAllSync(descriptor: number): Buffer {
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const bytesRead = readSync(descriptor, buffer, { offset: length });
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function addressIn(content: Buffer, file: string): string {
  if (content.length > MAX_BYTES) throw unreadable(file, `is longer than ${MAX_BYTES} bytes`);
  if (!isUtf8(content)) throw invalidIn(file, 'it is not UTF-8');
  const address = content.toString();
  try {
    parseAddress(address);
    return address;
  } catch (cause) {
    const { code, message } = cause as ShimAddressError;
    throw new ShimAddressError(code, `${file} holds no usable address: ${message}`, {
      address,
      path: file,
      cause,
    });
  }
}

function missingOr(error: unknown, file: string): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  if (!isSystemError(error)) throw error;
  throw unreadable(file, 'cannot be read', error);
}

function isSystemError(error: unknown): error is { readonly message: string } {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

function invalidIn(file: string, problem: string): ShimAddressError {
  return new ShimAddressError('ERR_ADDRESS_INVALID', `${file} holds no usable address: ${problem}`, {
    path: file,
  });
}

function unreadable(file: string, problem: string, cause?: { readonly message: string }): ShimAddressError {
  const reason = cause === undefined ? '' : `: ${cause.message}`;
  return new ShimAddressError(
    'ERR_ADDRESS_UNREADABLE',
    `the recorded address ${file} ${problem}${reason}; remove it if its shim is gone`,
    cause === undefined ? { path: file } : { path: file, cause },
  );
}
