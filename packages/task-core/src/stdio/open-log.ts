import { close, constants, open } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeDirectories } from '@shimwright/linux-native';
import { messageOf, TaskError } from '../errors.ts';

/** How long a disk may take to open a file, before it counts as hung. */
const LIMIT_MS = 10_000;

/** How many files are opened at a time: a disk that hangs holds a thread for each, and libuv has four of them for all. */
const AT_ONCE = 2;

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;

/** A file to log to. */
export interface LogFile {
  /** How it was named to us. */
  readonly target: string;
  /** Its path. */
  readonly file: string;
  /** Whether it is made where it is missing, with its directories. */
  readonly make: boolean;
}

let busy = 0;
const waiting: (() => void)[] = [];

/**
 * Opens a file to append to it. A disk that hangs makes nobody else wait: it is opened by another thread, and given up when that
 * takes too long.
 *
 * @returns a descriptor, the caller's to close.
 * @throws {TaskError} `ERR_TASK_STDIO`.
 */
export async function openLog({ target, file, make }: LogFile): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reject(new Error(`its disk has not answered for ${LIMIT_MS} ms`));
  }, LIMIT_MS);
  void inTurn(async () => {
    if (isLate) return;
    try {
      const descriptor = await opened(file, make);
      if (isLate) closeInBackground(descriptor);
      else resolve(descriptor);
    } catch (error) {
      reject(error);
    }
  });
  try {
    return await promise;
  } catch (cause) {
    const message = `cannot open ${target} for output: ${messageOf(cause)}`;
    throw new TaskError('ERR_TASK_STDIO', message, { path: target, cause });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Closes a file that was written to. A disk tells only then that what was written is not there, such as for a quota, and may take
 * long to: by then nothing can be done.
 */
export function closeInBackground(descriptor: number): void {
  close(descriptor, () => {});
}

async function opened(file: string, make: boolean): Promise<number> {
  if (make) await makeDirectories(path.dirname(file));
  // Not to wait for the other side, should it turn out to be a FIFO.
  const flags = O_WRONLY | O_APPEND | O_NONBLOCK | (make ? O_CREAT : 0);
  return promisify(open)(file, flags, 0o644);
}

/** Does it when it is its turn. */
async function inTurn(work: () => Promise<void>): Promise<void> {
  if (busy >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else busy += 1;
  try {
    await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  }
}
