import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, createWriteStream, mkdirSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ShimServiceError } from './errors.ts';
import { isFifo, openFifoToWrite } from './fifo.ts';
import { makePipe } from './native/pipe.ts';

/** Where the output of a process goes. */
export interface OutputTarget {
  /** What the process is given to write to. */
  readonly descriptor: number;
  /** Resolves when all of it was passed on. */
  readonly drained: Promise<void>;
  /** Gives up what keeps the target alive. */
  close(): void;
}

/** What decides about output targets. */
export interface OutputOptions {
  /** The container's id, told to a logger. */
  readonly id: string;
  /** Its namespace, told to a logger. */
  readonly namespace: string;
  /** The absolute paths of the programs that `binary://` may start. */
  readonly allowedLoggers: readonly string[];
}

/**
 * Opens the target of stdout or stderr: a FIFO, to which the process writes by itself; a file, or `file://PATH`, into
 * which its output is copied, since it could truncate a file that it has itself.
 *
 * @throws {ShimServiceError} `ERR_SHIM_STDIO`.
 */
export function openOutput(target: string): OutputTarget {
  if (target.startsWith('file://')) return openFile(decodeURIComponent(new URL(target).pathname));
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) throw unknownKind(target);
  return isFifo(target) ? openFifo(target) : openFile(target);
}

function openFifo(file: string): OutputTarget {
  const { own, keepAlive } = openFifoToWrite(file);
  return { descriptor: own, drained: Promise.resolve(), close: () => closeSync(keepAlive) };
}

function openFile(file: string): OutputTarget {
  if (!path.isAbsolute(file)) throw unknownKind(file);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
  const [readEnd, writeEnd] = makePipe();
  const source = new Socket({ fd: readEnd, readable: true, writable: false });
  const drained = pipeline(source, createWriteStream(file, { flags: 'a', mode: 0o644 })).catch(() => {
    source.resume(); // a full disk must not stop the container
  });
  return { descriptor: writeEnd, drained, close: () => {} };
}

/** A program that is given the output of a process on its descriptors 3 and 4. */
export interface Logger {
  readonly stdout: number;
  readonly stderr: number;
  close(): void;
}

/**
 * Starts the program of a `binary://PATH?ARG=VALUE` address, and waits until it says, by closing its descriptor 5, that
 * it is ready.
 *
 * @throws {ShimServiceError} `ERR_SHIM_STDIO` unless the program is allowed.
 */
export async function startLogger(address: string, options: OutputOptions): Promise<Logger> {
  const url = new URL(address);
  const program = decodeURIComponent(url.pathname);
  if (!options.allowedLoggers.includes(program)) {
    throw new ShimServiceError(
      'ERR_SHIM_STDIO',
      `${program} is no logger that is allowed; see allowedLoggers`,
      {
        path: address,
      },
    );
  }
  const [stdoutRead, stdout] = makePipe();
  const [stderrRead, stderr] = makePipe();
  const [readyRead, readyWrite] = makePipe();
  const env = { CONTAINER_ID: options.id, CONTAINER_NAMESPACE: options.namespace };
  const args = [...url.searchParams].flatMap(([name, value]) => (value === '' ? [name] : [name, value]));
  const logger = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', stdoutRead, stderrRead, readyWrite],
    env: { ...process.env, ...env },
  });
  for (const fd of [stdoutRead, stderrRead, readyWrite]) closeSync(fd);
  await ready(logger, readyRead);
  return { stdout, stderr, close: () => void logger.kill('SIGTERM') };
}

async function ready(logger: ChildProcess, fd: number): Promise<void> {
  const signal = new Socket({ fd, readable: true, writable: false });
  const failure = new Promise<never>((_, reject) => logger.once('error', reject));
  failure.catch(() => {});
  await Promise.race([new Promise((resolve) => signal.once('close', resolve).resume()), failure]);
}

function unknownKind(target: string): ShimServiceError {
  return new ShimServiceError(
    'ERR_SHIM_STDIO',
    `${target} is no place for output: give a FIFO, an absolute path, file:// or an allowed binary://`,
    { path: target },
  );
}
