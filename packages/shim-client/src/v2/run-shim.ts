import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { hiddenPath } from '@shimwright/fs-atomic';
import { hasCode, ShimClientError } from '../errors.ts';
import { type ChildExit, ShortLivedChild } from './short-lived-child.ts';

/** The most that is taken of what a shim writes. An address, a result or an error takes some hundred bytes. */
const MAX_OUTPUT_BYTES = 64 * 1024;

/** How often it is looked whether a shim writes without end. */
const LOOK_MS = 50;

/** One run of a shim's program, for one of its commands. */
export interface ShimRun {
  /** The program. */
  readonly binary: string;
  readonly args: readonly string[];
  /** The bundle. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: Uint8Array;
  readonly timeoutMs: number;
}

/** What came of it. */
export interface ShimOutput extends ChildExit {
  readonly stdout: Buffer;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

/**
 * Runs a shim's program to its end.
 *
 * Its stdio are files without a name. A process that it leaves behind may hold them for ever, and is not waited for; nothing it
 * writes can block it, or end it by SIGPIPE; and a script may open `/dev/stderr`, which it could not if that were a socket.
 *
 * @throws {ShimClientError} `ERR_SHIM_NOT_FOUND`, `ERR_SHIM_SPAWN`; `ERR_SHIM_TIMEOUT` for one that takes too long, and
 * `ERR_SHIM_BOOTSTRAP` for one that writes more than 64 KiB: it is killed. An abort kills it as well.
 */
export async function runShim(run: ShimRun, signal?: AbortSignal): Promise<ShimOutput> {
  signal?.throwIfAborted();
  const files = new NamelessFiles(run.cwd);
  try {
    const [stdin, stdout, stderr] = [files.open(run.input), files.open(), files.open()];
    const child = started(run, [stdin, stdout, stderr]);
    const exit = await ended(child, run, [stdout, stderr], signal);
    return { ...exit, stdout: start(stdout), stderr: start(stderr).toString().trim() };
  } finally {
    files.close();
  }
}

function started(
  { binary, args, cwd, env }: ShimRun,
  descriptors: readonly [number, number, number],
): ShortLivedChild {
  try {
    return new ShortLivedChild({ command: binary, args, cwd, env, descriptors });
  } catch (cause) {
    const code =
      hasCode(cause, 'ENOENT') || hasCode(cause, 'EACCES') ? 'ERR_SHIM_NOT_FOUND' : 'ERR_SHIM_SPAWN';
    throw new ShimClientError(code, `cannot start the shim ${binary}`, { path: binary, cause });
  }
}

/** Waits until it has ended, and ends it where it should not go on. */
async function ended(
  child: ShortLivedChild,
  { binary, timeoutMs }: ShimRun,
  outputs: readonly number[],
  signal?: AbortSignal,
): Promise<ChildExit> {
  let failure: unknown;
  const stop = (reason: unknown) => {
    failure ??= reason;
    child.killGroup();
  };
  const onAbort = () => stop(signal?.reason);
  const timer = setTimeout(() => stop(tooLong(binary, timeoutMs)), timeoutMs);
  const look = setInterval(() => {
    if (outputs.some(isTooLong)) stop(tooMuch(binary));
  }, LOOK_MS);
  signal?.addEventListener('abort', onAbort);
  try {
    const exit = await child.exited;
    if (failure === undefined && outputs.some(isTooLong)) failure = tooMuch(binary);
    if (failure !== undefined) throw failure;
    return exit;
  } finally {
    clearTimeout(timer);
    clearInterval(look);
    signal?.removeEventListener('abort', onAbort);
  }
}

function isTooLong(descriptor: number): boolean {
  return fstatSync(descriptor).size > MAX_OUTPUT_BYTES;
}

function start(descriptor: number): Buffer {
  const bytes = Buffer.alloc(Math.min(fstatSync(descriptor).size, MAX_OUTPUT_BYTES));
  return bytes.subarray(0, readSync(descriptor, bytes, { position: 0 }));
}

function tooLong(binary: string, timeoutMs: number): ShimClientError {
  const message = `${binary} did not end within ${timeoutMs} ms, and was killed`;
  return new ShimClientError('ERR_SHIM_TIMEOUT', message, { path: binary });
}

function tooMuch(binary: string): ShimClientError {
  const message = `${binary} wrote more than ${MAX_OUTPUT_BYTES} bytes, which is no answer`;
  return new ShimClientError('ERR_SHIM_BOOTSTRAP', message, { path: binary });
}

/** Files of a directory that have lost their names already, so that nothing is left of them. */
class NamelessFiles {
  readonly #directory: string;
  readonly #descriptors: number[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @param content what is read from its start on; whatever is written comes after that. */
  open(content: Uint8Array = Buffer.alloc(0)): number {
    const hidden = hiddenPath(this.#directory, 'stdio');
    try {
      const descriptor = openSync(hidden.path, 'wx+', 0o600);
      this.#descriptors.push(descriptor);
      unlinkSync(hidden.path);
      // By position, which leaves the place where a reader begins.
      writeSync(descriptor, content, 0, content.length, 0);
      return descriptor;
    } catch (cause) {
      throw new ShimClientError('ERR_SHIM_BUNDLE', `cannot make a file in ${this.#directory}`, {
        path: this.#directory,
        cause,
      });
    } finally {
      hidden.release();
    }
  }

  close(): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
  }
}
