import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { cleanEnvironment, makePipe } from '@shimwright/linux-native';
import { messageOf, TaskError } from '../errors.ts';

/** How long a logger may take until it is ready. */
const READY_MS = 10_000;

/** How long a logger may take to end by itself, once all that wrote to it have, and then after it was asked to. */
const GRACE_MS = 2_000;

/** What decides about output targets. */
export interface OutputOptions {
  /** The container's id, told to a logger. */
  readonly id: string;
  /** Its namespace, told to a logger. */
  readonly namespace: string;
  /** The absolute paths of the programs that `binary://` may start, or `any`. */
  readonly allowedLoggers: readonly string[] | 'any';
}

/** A program that is given the output of a process on its descriptors 3 and 4. */
export interface Logger {
  /** The end to write the output to; the caller's to close. */
  readonly stdout: number;
  /** The end to write the errors to; the caller's to close. */
  readonly stderr: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Ends it, after a while in which it may do so by itself: it is to pass on what is still in its pipes. */
  close(): void;
}

/**
 * Starts the program of a `binary://PATH?ARG=VALUE` address, and waits until it says, by closing its descriptor 5, that
 * it is ready.
 *
 * @throws {TaskError} `ERR_TASK_STDIO` unless the program is allowed and can be started; then nothing is left open.
 */
export async function startLogger(address: string, options: OutputOptions): Promise<Logger> {
  const url = new URL(address);
  const program = decodeURIComponent(url.pathname);
  if (options.allowedLoggers !== 'any' && !options.allowedLoggers.includes(program)) {
    throw new TaskError('ERR_TASK_STDIO', `${program} is no logger that is allowed; see allowedLoggers`, {
      path: address,
    });
  }
  const own: number[] = [];
  try {
    const logger = spawned(program, url, options, own);
    const ended = once(logger, 'exit').then(() => {});
    logger.on('error', () => {}); // told by `ended` where it could not be started; later, it could not be signalled
    await untilReady(logger, own.pop() ?? -1, ended);
    const [stdout = -1, stderr = -1] = own;
    return { stdout, stderr, ended, close: () => endSoon(logger) };
  } catch (cause) {
    for (const fd of own) closeSync(fd);
    const message = `cannot start ${program}: ${messageOf(cause)}`;
    throw new TaskError('ERR_TASK_STDIO', message, { path: address, cause });
  }
}

/** @param own gets our ends of its pipes: two to write to, and one that tells when it is ready. */
function spawned(program: string, url: URL, { id, namespace }: OutputOptions, own: number[]): ChildProcess {
  const given: number[] = [];
  try {
    for (const isRead of [true, true, false]) {
      const [readEnd, writeEnd] = makePipe();
      given.push(isRead ? readEnd : writeEnd);
      own.push(isRead ? writeEnd : readEnd);
    }
    const args = [...url.searchParams].flatMap(([name, value]) => (value === '' ? [name] : [name, value]));
    return spawn(program, args, {
      stdio: ['ignore', 'ignore', 'ignore', ...given],
      env: { ...cleanEnvironment(), CONTAINER_ID: id, CONTAINER_NAMESPACE: namespace },
    });
  } finally {
    for (const fd of given) closeSync(fd);
  }
}

/** @param ready becomes its own. */
async function untilReady(logger: ChildProcess, ready: number, ended: Promise<void>): Promise<void> {
  const readiness = new Socket({ fd: ready, readable: true, writable: false });
  const tooLate = setTimeout(() => logger.kill('SIGKILL'), READY_MS);
  try {
    await Promise.race([once(readiness.resume(), 'close'), ended]);
    if (logger.pid === undefined) await ended;
    if (logger.killed) throw new Error(`it was not ready in ${READY_MS} ms`);
  } finally {
    clearTimeout(tooLate);
    readiness.destroy();
  }
}

function endSoon(logger: ChildProcess): void {
  const signals = (['SIGTERM', 'SIGKILL'] as const).map((signal, index) =>
    setTimeout(() => logger.kill(signal), (index + 1) * GRACE_MS).unref(),
  );
  logger.once('exit', () => {
    for (const timer of signals) clearTimeout(timer);
  });
}
