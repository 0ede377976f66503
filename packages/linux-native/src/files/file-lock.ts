import { descriptor } from '../argument.ts';
import { systemCall } from '../library.ts';
import { isSystemError } from '../system-error.ts';

// sys/file.h
const LOCK_EX = 2;
const LOCK_NB = 4;

const flock = systemCall<[number, number]>('flock', 'int flock(int fd, int operation)');

/**
 * Locks the open file `fd` for itself alone. The lock is that of the open file: it ends when the last descriptor of that is
 * closed, at the latest with the process. It never blocks. See flock(2).
 *
 * @returns whether it is locked; false while somebody else has the lock.
 * @throws a system error of `flock`: `EBADF`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function tryFlock(fd: number): boolean {
  const file = descriptor(fd);
  try {
    flock([file, LOCK_EX | LOCK_NB]);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EAGAIN', 'EINTR')) return false;
    throw error;
  }
}
