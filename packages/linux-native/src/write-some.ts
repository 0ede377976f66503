import { writeSync } from 'node:fs';
import { descriptor } from './argument.ts';
import { isSystemError } from './system-error.ts';

/**
 * Writes as much as a descriptor takes now, which must be one that never waits, see `setNonBlocking`; 0 when it takes
 * nothing: `watchWritable` tells when it does. See write(2).
 *
 * @returns how many bytes were written.
 * @throws a system error of `write`: `EPIPE` when nobody can read it any more, `EIO` for a terminal that has hung up.
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
