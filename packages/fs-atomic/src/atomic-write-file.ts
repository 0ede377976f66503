import { constants } from 'node:fs';
import path from 'node:path';
import { AtomicError, aboutPath, hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import { hiddenSibling, namedPath } from './hidden-name.ts';
import { using } from './in-use.ts';
import { runPromise, runSync, type Steps } from './steps.ts';

/** A user and a group by their ids. */
export interface Owner {
  /** The user id. */
  readonly uid: number;
  /** The group id. */
  readonly gid: number;
}

/** How a file is written. */
export interface AtomicWriteFileSyncOptions {
  /** Whether the content is on the disk before the file takes its name. @default true */
  readonly fsync?: boolean;
  /** Whether the name, too, is on the disk before the call is done. @default true */
  readonly fsyncDirectory?: boolean;
  /**
   * The permissions, exactly: no umask is applied.
   *
   * @default those of the file that is replaced; else 0o666 without the umask
   */
  readonly mode?: number;
  /** The owner, which only root can choose freely. @default that of any new file */
  readonly owner?: Owner;
  /** How text becomes bytes. @default 'utf8' */
  readonly encoding?: BufferEncoding;
}

/** How the promise form writes a file. */
export interface AtomicWriteFileOptions extends AtomicWriteFileSyncOptions {
  /** An abort before the file takes its name leaves everything as it was; afterwards it has no effect. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a file so that whoever opens it finds its old content or all of the new, whatever happens to this
 * process, the disk or the machine. It is written beside the target under a hidden name, and renamed. When
 * that fails, on a full disk with `ENOSPC`, the old file is as it was and nothing is left.
 *
 * A link at `file` is replaced, not followed. Of several writers at once, the last to finish wins.
 *
 * @param data text, or any view of bytes, which is written whole whatever the size of its elements.
 * @throws {AtomicError} `ERR_ATOMIC_ARGUMENT` when the path has no name at its end, or the data is something else.
 */
export async function atomicWriteFile(
  file: string,
  data: string | ArrayBufferView | ArrayBuffer,
  options: AtomicWriteFileOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  return runPromise(writeSteps(file, data, options));
}

/**
 * The same as `atomicWriteFile`, and all of it before it returns.
 *
 * @throws {AtomicError} `ERR_ATOMIC_ARGUMENT` when the path has no name at its end, or the data is something else.
 */
export function atomicWriteFileSync(
  file: string,
  data: string | ArrayBufferView | ArrayBuffer,
  options: AtomicWriteFileSyncOptions = {},
): void {
  runSync(writeSteps(file, data, options));
}

function* writeSteps(
  file: string,
  data: string | ArrayBufferView | ArrayBuffer,
  options: AtomicWriteFileOptions,
): Steps<void> {
  const target = namedPath(file);
  const bytes = bytesOf(data, options.encoding);
  const mode = options.mode ?? (yield* modeOf(target));
  const hidden = hiddenSibling(target, 'write');
  yield* using(hidden, target, replace(target, hidden, bytes, { ...options, mode }));
  if (options.fsyncDirectory ?? true) yield* syncDirectory(path.dirname(target));
}

function bytesOf(
  data: string | ArrayBufferView | ArrayBuffer,
  encoding: BufferEncoding | undefined,
): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new AtomicError('ERR_ATOMIC_ARGUMENT', 'the data must be text, an ArrayBuffer, or a view of one');
}

function* modeOf(target: string): Steps<number | undefined> {
  const stats = yield* disk.lstat(target);
  return stats?.isFile() ? stats.mode & 0o7777 : undefined;
}

/** What {@link replace} needs to know; no mode is that of any new file. */
type FileAttributes = Omit<AtomicWriteFileOptions, 'mode'> & { readonly mode: number | undefined };

function* replace(
  target: string,
  hidden: string,
  bytes: Uint8Array,
  attributes: FileAttributes,
): Steps<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  // Nobody reads it before it has its owner and mode, and where no mode is wanted the umask decides.
  const descriptor = yield* disk.open(hidden, flags, attributes.mode === undefined ? 0o666 : 0o600);
  try {
    yield* fill(descriptor, bytes, attributes);
    attributes.signal?.throwIfAborted();
    yield* disk.rename(hidden, target);
  } catch (error) {
    yield* discard(hidden);
    throw error;
  }
}

/** Writes all and closes; on a network file system, it is the close that tells of a full disk. */
function* fill(descriptor: number, bytes: Uint8Array, attributes: FileAttributes): Steps<void> {
  const { owner, mode, signal, fsync = true } = attributes;
  try {
    for (let start = 0; start < bytes.length; ) {
      start += yield* disk.write(descriptor, start === 0 ? bytes : bytes.subarray(start));
      signal?.throwIfAborted();
    }
    // The mode comes last, since a change of the owner takes the set-user-id bit away.
    if (owner) yield* disk.fchown(descriptor, owner.uid, owner.gid);
    if (mode !== undefined) yield* disk.fchmod(descriptor, mode);
    if (fsync) yield* disk.fsync(descriptor);
  } catch (error) {
    yield* closeQuietly(descriptor);
    throw error;
  }
  yield* disk.close(descriptor);
}

function* closeQuietly(descriptor: number): Steps<void> {
  try {
    yield* disk.close(descriptor);
  } catch {
    // The first failure is the one that matters.
  }
}

/** Should even this fail, the file is left to `sweep`. */
function* discard(hidden: string): Steps<void> {
  try {
    yield* disk.unlink(hidden);
  } catch {
    // The first failure is the one that matters.
  }
}

/** Makes a rename in the directory durable. Windows cannot open directories, and some file systems cannot sync them. */
function* syncDirectory(directory: string): Steps<void> {
  if (process.platform === 'win32') return;
  const descriptor = yield* disk.open(directory, constants.O_RDONLY);
  try {
    yield* disk.fsync(descriptor);
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'ENOTSUP')) throw aboutPath(error, directory);
  } finally {
    yield* disk.close(descriptor);
  }
}
