import { integer } from './argument.ts';
import { systemCall } from './library.ts';

// asm-generic/signal-defs.h, and the signals that Linux has
const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const SIGNALS = 64;

// A set of glibc, the largest there is, has room for 1024 signals: one bit each, from the first.
const SET_BYTES = 128;

// On Linux it concerns the calling thread alone, as pthread_sigmask(3) does, and fails with -1 as other system calls do.
const sigprocmask = systemCall<[number, Buffer, null]>(
  'sigprocmask',
  'int sigprocmask(int how, const void *set, void *old)',
);

/**
 * Has a signal wait for the calling thread, and for a program that takes the place of this process (`replaceProcess`). Node's other
 * threads go on taking it. See sigprocmask(2).
 *
 * @param number of the signal: 1 to 64; SIGKILL and SIGSTOP always come.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`, `ERR_NATIVE_PLATFORM`, `ERR_NATIVE_LIBRARY`.
 */
export function blockSignal(number: number): void {
  sigprocmask([SIG_BLOCK, setOf(number), null]);
}

/**
 * Undoes `blockSignal`, or what the starter of this process has blocked; a signal that waits comes then.
 *
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`, `ERR_NATIVE_PLATFORM`, `ERR_NATIVE_LIBRARY`.
 */
export function unblockSignal(number: number): void {
  sigprocmask([SIG_UNBLOCK, setOf(number), null]);
}

function setOf(number: number): Buffer {
  const bit = integer('the signal', number, 1, SIGNALS) - 1;
  const set = Buffer.alloc(SET_BYTES);
  set[bit >> 3] = 1 << (bit & 7);
  return set;
}
