import { constants } from 'node:fs';
import { descriptor, integer } from './argument.ts';
import { fcntl } from './fcntl.ts';
import { systemCall } from './library.ts';

const O_CLOEXEC = 0o2000000; // on x64 and arm64; Node sets it by itself and does not name it

const pipe2 = systemCall<[Int32Array, number]>('pipe2', 'int pipe2(void *ends, int flags)');

// linux/fcntl.h
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;

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

/**
 * Gives a pipe or FIFO room for at least so many bytes, where it has less. The room lasts until all its ends are closed. See
 * F_SETPIPE_SZ(2const).
 *
 * @param bytes 1 to 2147483647; the kernel rounds it up.
 * @returns how many there is room for.
 * @throws a system error of `fcntl`: `EPERM` above what a user without CAP_SYS_RESOURCE may have, `EBADF` for what is no pipe.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function growPipe(fd: number, bytes: number): number {
  const wanted = integer('the room of a pipe', bytes, 1);
  const room = fcntl([descriptor(fd), F_GETPIPE_SZ, 0]);
  return room >= wanted ? room : fcntl([fd, F_SETPIPE_SZ, wanted]);
}
