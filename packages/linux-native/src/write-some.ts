import { writeSync } from 'node:fs';
import { descriptor } from './argument.ts';
import { isSystemError } from './system-error.ts';

/**
 * Writes as much as a descriptor takes now. The descriptor must be one that never waits, see `setNonBlocking`. If it takes
 * nothing, the result is 0, and `watchWritable` tells when it does. See write(2).
 *
 * @returns how many bytes were written.
 * @throws a system error of `write`: `EPIPE` if nobody can read it any more, `EIO` for a terminal that has hung up.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function writeSome(fd: number, data: Uint8Array): number {
  try {
    return writeSync(descriptor(fd), data);
  } catch (error) {
    if (isSystemError(error, 'EAGAIN')) return 0;
    throw error;
  }
}
