import { closeSync } from 'node:fs';
import path from 'node:path';
import { makePipe, type ProcessIdentity } from '@shimwright/linux-native';
import { TaskError } from '../errors.ts';
import { startCopier } from './copier.ts';
import { giveRoom, isFifo, openFifoToWrite } from './fifo.ts';
import { closeInBackground, type LogFile, openLog } from './open-log.ts';

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

function unknownKind(target: string): TaskError {
  return new TaskError(
    'ERR_TASK_STDIO',
    `${target} is no place for output: give a FIFO, an absolute path, file:// or an allowed binary://`,
    { path: target },
  );
}
