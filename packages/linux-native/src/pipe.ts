import { constants } from 'node:fs';
import { systemCall } from './library.ts';

const O_CLOEXEC = 0o2000000; // on x64 and arm64; Node sets it by itself and does not name it

const pipe2 = systemCall<[Int32Array, number]>('pipe2', 'int pipe2(void *ends, int flags)');

/** How to make a pipe. */
export interface PipeOptions {
  /** Reads and writes that would wait fail with `EAGAIN` instead. @default false */
  readonly nonBlocking?: boolean;
}

/**
 * Makes a pipe. Children inherit only the ends that you give them. You must close both ends. See pipe(2).
 *
 * @returns the descriptor to read from, and the one to write to.
 * @throws a system error of `pipe2`: `EMFILE` if the process has no descriptor left.
 */
export function makePipe(options: PipeOptions = {}): [readEnd: number, writeEnd: number] {
  const ends = new Int32Array(2);
  pipe2([ends, O_CLOEXEC | (options.nonBlocking === true ? constants.O_NONBLOCK : 0)]);
  const [readEnd = -1, writeEnd = -1] = ends;
  return [readEnd, writeEnd];
}
