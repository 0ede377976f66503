import { readSync } from 'node:fs';
import { descriptor } from './argument.ts';
import { systemCall } from './library.ts';
import { isSystemError } from './system-error.ts';

// sys/eventfd.h on x64 and arm64
const EFD_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;

const eventfd = systemCall<[number, number]>('eventfd', 'int eventfd(unsigned int initial, int flags)');

/**
 * Makes a descriptor that counts events, such as a cgroup v1 has to tell when memory runs out. It is closed
 * on exec, never blocks, and is the caller's to close. See eventfd(2).
 *
 * @throws a system error of `eventfd`: `EMFILE` when the process has no descriptor left.
 */
export function makeEventfd(): number {
  return eventfd([0, EFD_CLOEXEC | EFD_NONBLOCK]);
}

/**
 * Returns how many events there were since the last call. See eventfd(2).
 *
 * @throws a system error of `read`: `EBADF`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function takeEvents(fd: number): bigint {
  const count = Buffer.alloc(8);
  try {
    readSync(descriptor(fd), count);
  } catch (error) {
    if (isSystemError(error, 'EAGAIN')) return 0n;
    throw error;
  }
  return count.readBigUInt64LE();
}
