import path from 'node:path';
import { ShimClientError } from '../errors.ts';
import { findExecutable } from '../find-executable.ts';
import { refuseForeignProgram } from './foreign-program.ts';

/** A part of a name becomes a part of a file's name. */
const PART = /^[A-Za-z0-9_-]+$/;

/**
 * The absolute path of the shim of a runtime.
 *
 * `io.containerd.NAME.vN` is the program `containerd-shim-NAME-vN` on the PATH, as in containerd; only the last two parts
 * count. An absolute path is the shim itself.
 *
 * @throws {ShimClientError} `ERR_SHIM_RUNTIME` for what is neither, `ERR_SHIM_NOT_FOUND` for a program that is missing or not
 * executable, `ERR_SHIM_SPAWN` for one of another machine.
 */
export function findTaskShim(runtime: string): string {
  const file = findExecutable(programOf(runtime), 'the shim');
  refuseForeignProgram(file);
  return file;
}

function programOf(runtime: string): string {
  if (typeof runtime === 'string' && path.isAbsolute(runtime)) return runtime;
  const parts = String(runtime).split('.');
  if (parts.length >= 2 && parts.every((part) => PART.test(part))) {
    return `containerd-shim-${parts.slice(-2).join('-')}`;
  }
  const message = `${JSON.stringify(runtime)} is no runtime: use io.containerd.NAME.vN, or the absolute path of a shim`;
  throw new ShimClientError('ERR_SHIM_RUNTIME', message);
}
