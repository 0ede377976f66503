import { fileURLToPath } from 'node:url';
import { ShimAddressError } from './errors.ts';

/**
 * A path as the caller means it now, so that a later change of the working directory does not move it. What
 * `..` leads to is left to the file system: behind a link that is not the directory the text suggests.
 *
 * @param option what it was given as, for the error.
 * @throws {ShimAddressError} `ERR_ADDRESS_ARGUMENT` for what is no path: empty, with a NUL byte, a URL of no file.
 */
export function absolutePath(given: string | URL, option: string): string {
  const path = filePath(given, option);
  return isAbsolute(path) ? path : `${process.cwd()}/${path}`;
}

/**
 * A path as text, from text or a URL.
 *
 * @throws {ShimAddressError} as `absolutePath` does.
 */
export function filePath(given: string | URL, option: string): string {
  const path = pathOf(given, option);
  if (typeof path !== 'string' || path === '') throw invalid(option, 'is no path');
  if (path.includes('\0')) throw invalid(option, 'holds a NUL byte');
  return path;
}

function pathOf(given: string | URL, option: string): unknown {
  if (!isUrl(given)) return given;
  try {
    return fileURLToPath(given.href);
  } catch (cause) {
    throw invalid(option, `${given.href} is the URL of no file`, cause);
  }
}

/** By its shape, since a URL of another realm is no instance of ours. */
function isUrl(value: unknown): value is URL {
  return typeof value === 'object' && value !== null && 'href' in value && 'protocol' in value;
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || (process.platform === 'win32' && /^([a-z]:)?[\\/]/i.test(path));
}

function invalid(option: string, problem: string, cause?: unknown): ShimAddressError {
  return new ShimAddressError(
    'ERR_ADDRESS_ARGUMENT',
    `${option} ${problem}`,
    cause === undefined ? {} : { cause },
  );
}
