import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { atomicWriteFileSync } from '@shimwright/fs-atomic';
import { makeFifo } from '@shimwright/linux-native';
import { loadAddressSync } from '@shimwright/shim-address';
import { BUNDLE_FILES } from '@shimwright/shim-host';
import { hasCode, ShimClientError } from '../errors.ts';
import { parseStartAnswer, type TaskEndpoint } from './start-answer.ts';
import type { TaskConfig } from './task-config.ts';

/** What a bundle of runtime v2 holds beside `config.json` and `rootfs`. */
export const TASK_FILES = {
  ...BUNDLE_FILES,
  /** Where the shim listens, and how it is spoken to, in JSON. */
  bootstrap: 'bootstrap.json',
  /** The path of the shim's program. */
  binary: 'shim-binary-path',
  /** The FIFO that the shim writes its log into. */
  log: 'log',
  /** A link to the work directory. */
  work: 'work',
  /** A link to the socket that takes the shim's events. */
  events: 'shim.events',
} as const;

// None of it need survive a crash of the machine: the shim does not either.
const WRITE = { mode: 0o600, fsync: false, fsyncDirectory: false } as const;

/**
 * Makes in a bundle what a shim needs before it is started, and gives the descriptor that holds its log open: a FIFO without a
 * reader is an error to who writes.
 *
 * @throws {ShimClientError} `ERR_SHIM_BUNDLE`.
 */
export function prepareTaskBundle(
  { path: bundlePath, workDir }: TaskConfig,
  { binary, eventsSocket }: { readonly binary: string; readonly eventsSocket: string },
): number {
  try {
    relink(path.join(bundlePath, TASK_FILES.work), workDir);
    relink(path.join(bundlePath, TASK_FILES.events), eventsSocket);
    const log = path.join(bundlePath, TASK_FILES.log);
    if (!isFifo(log)) {
      rmSync(log, { force: true });
      makeFifo(log);
    }
    atomicWriteFileSync(path.join(bundlePath, TASK_FILES.binary), binary, WRITE);
    return openSync(log, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (cause) {
    const message = `${bundlePath} cannot take what a shim needs`;
    throw new ShimClientError('ERR_SHIM_BUNDLE', message, { path: bundlePath, cause });
  }
}

/** Notes where the shim of a bundle is reached, as containerd 2 does, and as those before it do. */
export function saveEndpoint(bundlePath: string, { version, address }: TaskEndpoint): void {
  const content = JSON.stringify({ version, address, protocol: 'ttrpc' });
  atomicWriteFileSync(path.join(bundlePath, TASK_FILES.bootstrap), content, WRITE);
  atomicWriteFileSync(path.join(bundlePath, TASK_FILES.address), address, WRITE);
}

/**
 * Where the shim of a bundle is reached, by what is noted there.
 *
 * @throws {ShimClientError} `ERR_SHIM_UNREACHABLE` where nothing is; `ERR_SHIM_BOOTSTRAP` and `ERR_SHIM_PROTOCOL`, see
 * `parseStartAnswer`. @throws {ShimAddressError} for an `address` that is none.
 */
export function loadEndpoint(bundlePath: string): TaskEndpoint {
  const file = path.join(bundlePath, TASK_FILES.bootstrap);
  const bootstrap = contentOf(file);
  if (bootstrap !== undefined) return parseStartAnswer(bootstrap, file);
  const address = loadAddressSync(bundlePath);
  if (address !== undefined)
    return parseStartAnswer(Buffer.from(address), path.join(bundlePath, TASK_FILES.address));
  const message = `${bundlePath} records no address of a shim`;
  throw new ShimClientError('ERR_SHIM_UNREACHABLE', message, { path: bundlePath });
}

/** The shim's program, by what is noted in a bundle; undefined where nothing is. */
export function loadShimBinary(bundlePath: string): string | undefined {
  return contentOf(path.join(bundlePath, TASK_FILES.binary))?.toString().trim();
}

/** The socket that takes the events of a bundle's shim; undefined where none is noted. */
export function loadEventsSocket(bundlePath: string): string | undefined {
  try {
    return readlinkSync(path.join(bundlePath, TASK_FILES.events));
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EINVAL')) return undefined;
    throw error;
  }
}

/** Lets go of a log. */
export function closeLog(descriptor: number): void {
  closeSync(descriptor);
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isFifo(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFIFO() === true;
}

function relink(link: string, target: string): void {
  rmSync(link, { force: true });
  symlinkSync(target, link);
}
