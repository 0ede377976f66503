import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BundleError } from './errors.ts';

/**
 * A directory for bundles as the caller means it now, so that a later change of the working directory does not
 * move it. What `..` leads to is left to the file system: behind a link that is not the directory the text suggests.
 *
 * @param option what it was given as, for the error.
 * @throws {BundleError} `ERR_BUNDLE_PATH` for what is no path, and for the root of the file system.
 */
export function absolutePath(given: string | URL, option: string): string {
  const directory = pathOf(given, option);
  if (typeof directory !== 'string' || directory === '') throw badPath(given, option, 'is no path');
  if (directory.includes('\0')) throw badPath(given, option, 'holds a NUL byte');
  const absolute = path.isAbsolute(directory) ? directory : belowHere(directory);
  if (path.parse(absolute).root === path.resolve(absolute)) {
    throw badPath(given, option, 'is the root of the file system');
  }
  return withoutEmptyParts(absolute);
}

/** What to throw for a directory that cannot hold bundles. */
export function badPath(given: unknown, option: string, problem: string, cause?: unknown): BundleError {
  return new BundleError(
    'ERR_BUNDLE_PATH',
    `${option} ${shown(given)} ${problem}; give a directory for bundles and another one for their work`,
    { path: typeof given === 'string' ? given : undefined, ...(cause !== undefined && { cause }) },
  );
}

function pathOf(given: unknown, option: string): unknown {
  if (!isUrl(given)) return given;
  try {
    return fileURLToPath(given.href);
  } catch (cause) {
    throw badPath(given.href, option, 'is the URL of no file', cause);
  }
}

/** By its shape, since a URL of another realm is no instance of ours. */
function isUrl(value: unknown): value is URL {
  return typeof value === 'object' && value !== null && 'href' in value && 'protocol' in value;
}

/** There are no links in the working directory's own path, so that what leads out of it can be cut. */
function belowHere(relative: string): string {
  const leading = /^(?:\.{0,2}\/+)*(?:\.{1,2}$)?/.exec(relative)?.[0] ?? '';
  return `${path.resolve(leading)}/${relative.slice(leading.length)}`;
}

function withoutEmptyParts(absolute: string): string {
  if (path.sep !== '/') return path.resolve(absolute);
  if (!/\/(?:\.?\/|\.?$)/.test(absolute)) return absolute; // most have none
  const parts = absolute.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}

function shown(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(given) : `(a value of type ${typeof given})`;
}
