import { integer, pathOf } from '../argument.ts';
import { systemCall } from '../library.ts';

const mkfifo = systemCall<[string, number]>('mkfifo', 'int mkfifo(const char *path, unsigned int mode)');

/**
 * Makes a named pipe. See mkfifo(3).
 *
 * @param mode its permissions; those in the process's umask are left out.
 * @throws a system error of `mkfifo` with the `path`: `EEXIST` when anything has that name.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function makeFifo(path: string, mode = 0o600): void {
  mkfifo([pathOf('the path', path), integer('the mode', mode, 0, 0o7777)], { path });
}
