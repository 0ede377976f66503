import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { cleanEnvironment, makePipe, type ProcessIdentity } from '@shimwright/linux-native';
import { messageOf, TaskError } from '../errors.ts';
import { startCopier } from './copier.ts';
import { giveRoom, isFifo, openFifoToWrite } from './fifo.ts';
import { closeInBackground, type LogFile, openLog } from './open-log.ts';

/** How long a logger may take until it is ready. */
const LOGGER_READY_MS = 10_000;

/** How long a logger may take to end by itself, once all that wrote to it have, and then after it was asked to. */
const LOGGER_GRACE_MS = 2_000;

/** Where the output of a process goes. */
export interface OutputTarget {
  /** What the process is given to write to. */
  readonly descriptor: number;
  /** Resolves when all of it was passed on. */
  readonly drained: Promise<void>;
  /** Gives up what keeps the target alive. */
  close(): void;
  /** What another process has to be given to go on with it, besides the descriptor. */
  kept(): KeptTarget;
}

/** What keeps a target alive. */
export interface KeptTarget {
  /** By what they are for. */
  readonly descriptors: Readonly<Record<string, number>>;
  /** What copies now; undefined where nothing does. */
  readonly copier?: ProcessIdentity | undefined;
}

/** What decides about output targets. */
export interface OutputOptions {
  /** Called when another process copies from now on. */
  readonly onChange?: () => void;
  /** The container's id, told to a logger. */
  readonly id: string;
  /** Its namespace, told to a logger. */
  readonly namespace: string;
  /** The absolute paths of the programs that `binary://` may start, or `any`. */
  readonly allowedLoggers: readonly string[] | 'any';
}

/**
 * Opens the target of stdout or stderr: a FIFO, to which the process writes by itself; a file that is there, or
 * `file://PATH`, which is made, into which its output is copied, since it could truncate a file that it has itself.
 *
 * @throws {TaskError} `ERR_TASK_STDIO`.
 */
export async function openOutput(target: string, onChange?: () => void): Promise<OutputTarget> {
  if (isFifo(target)) return openFifo(target);
  if (path.isAbsolute(target)) return openFile({ target, file: target, make: false }, onChange);
  if (!target.startsWith('file://')) throw unknownKind(target);
  const file = decodeURIComponent(new URL(target).pathname);
  return openFile({ target, file, make: true }, onChange);
}

function openFifo(file: string): OutputTarget {
  const { own, keepAlive } = openFifoToWrite(file);
  return { descriptor: own, ...keptAlive(keepAlive) };
}

async function openFile(file: LogFile, onChange: (() => void) | undefined): Promise<OutputTarget> {
  const log = await openLog(file);
  const [source, descriptor] = makePipeOr(() => closeInBackground(log));
  giveRoom(descriptor);
  return { descriptor, ...copied({ source, log }, undefined, onChange) };
}

/** Goes on with what kept a target alive, in another process. */
export function resumeTarget(
  { descriptors, copier }: KeptTarget,
  onChange?: () => void,
): Omit<OutputTarget, 'descriptor'> {
  const { keepAlive, source, log } = descriptors;
  if (source !== undefined && log !== undefined) return copied({ source, log }, copier, onChange);
  return keptAlive(keepAlive);
}

function keptAlive(keepAlive: number | undefined): Omit<OutputTarget, 'descriptor'> {
  return {
    drained: Promise.resolve(),
    close: () => {
      if (keepAlive !== undefined) closeSync(keepAlive);
    },
    kept: () => ({ descriptors: keepAlive === undefined ? {} : { keepAlive } }),
  };
}

function copied(
  descriptors: { readonly source: number; readonly log: number },
  earlier: ProcessIdentity | undefined,
  onChange?: () => void,
): Omit<OutputTarget, 'descriptor'> {
  const { source, log } = descriptors;
  const copier = startCopier(source, log, { isLasting: true, earlier, ...(onChange && { onChange }) });
  let isOpen = true;
  const ended = copier.ended.then(() => {
    isOpen = false;
    closeSync(source);
    closeInBackground(log);
    onChange?.(); // whoever keeps them is to know
  });
  return {
    drained: ended,
    close: copier.leave,
    kept: () => (isOpen ? { descriptors, copier: copier.process } : { descriptors: {} }),
  };
}

function makePipeOr(undo: () => void): readonly [number, number] {
  try {
    return makePipe();
  } catch (error) {
    undo();
    throw error;
  }
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
 * @throws {TaskError} `ERR_TASK_STDIO` unless the program is allowed and can be started.
 */
export async function startLogger(address: string, options: OutputOptions): Promise<Logger> {
  const url = new URL(address);
  const program = decodeURIComponent(url.pathname);
  if (options.allowedLoggers !== 'any' && !options.allowedLoggers.includes(program)) {
    throw new TaskError('ERR_TASK_STDIO', `${program} is no logger that is allowed; see allowedLoggers`, {
      path: address,
    });
  }
  const [stdoutRead, stdout] = makePipe();
  const [stderrRead, stderr] = makePipe();
  const [readyRead, readyWrite] = makePipe();
  const env = { CONTAINER_ID: options.id, CONTAINER_NAMESPACE: options.namespace };
  const args = [...url.searchParams].flatMap(([name, value]) => (value === '' ? [name] : [name, value]));
  const logger = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', stdoutRead, stderrRead, readyWrite],
    env: { ...cleanEnvironment(), ...env },
  });
  const ended = once(logger, 'exit').then(() => {});
  for (const fd of [stdoutRead, stderrRead, readyWrite]) closeSync(fd);
  const readiness = new Socket({ fd: readyRead, readable: true, writable: false });
  const tooLate = setTimeout(() => logger.kill('SIGKILL'), LOGGER_READY_MS);
  try {
    await Promise.race([once(readiness.resume(), 'close'), ended]);
    if (logger.pid === undefined) await ended;
    if (logger.killed) throw new Error(`it was not ready in ${LOGGER_READY_MS} ms`);
    return { stdout, stderr, ended, close: () => endSoon(logger) };
  } catch (cause) {
    for (const fd of [stdout, stderr]) closeSync(fd);
    const message = `cannot start ${program}: ${messageOf(cause)}`;
    throw new TaskError('ERR_TASK_STDIO', message, { path: address, cause });
  } finally {
    clearTimeout(tooLate);
    readiness.destroy();
  }
}

function endSoon(logger: ChildProcess): void {
  const signals = (['SIGTERM', 'SIGKILL'] as const).map((signal, index) =>
    setTimeout(() => logger.kill(signal), (index + 1) * LOGGER_GRACE_MS).unref(),
  );
  logger.once('exit', () => {
    for (const timer of signals) clearTimeout(timer);
  });
}

function unknownKind(target: string): TaskError {
  return new TaskError(
    'ERR_TASK_STDIO',
    `${target} is no place for output: give a FIFO, an absolute path, file:// or an allowed binary://`,
    { path: target },
  );
}
