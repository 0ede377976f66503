import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject } from './arguments.ts';
import { AtomicError, unhidden } from './errors.ts';
import type { Steps } from './steps.ts';

/** A path as Node takes it: text, or a `file:` URL. */
export type Target = string | URL;

/** A directory, fixed when the call is made: whatever becomes of the current directory, it stays the same one. */
export interface Directory {
  /** As the caller gave it, which is what errors tell. */
  readonly given: string;
  /** How to reach it: an absolute path, in which nothing is cut away, since `link/..` is not where the link is. */
  readonly path: string;
  /** Gives back what it takes to reach it. */
  readonly release: () => void;
}

/** Something in a directory. */
export interface Place extends Directory {
  readonly directory: string;
  readonly name: string;
  /** The same for every call about the same path, as far as the text tells. */
  readonly key: string;
}

// Linux takes 4,095 bytes. A name in a directory has 255 at most.
const MAX_PATH_BYTES = 4_095;
const MAX_NAME_BYTES = 255;

/** Where a target is, links at its end not followed. */
export function placeOf(target: Target): Place {
  const given = textOf(target);
  const trimmed = withoutSlashes(given);
  const name = path.basename(trimmed);
  if (name === '' || name === '.' || name === '..') throw badPath(given, 'has no name at its end');
  const absolute = absolutePath(trimmed);
  const directory = reachable(trimmed.slice(0, trimmed.length - name.length) || '.', path.dirname(absolute));
  const key = path.sep === '/' ? absolute.replace(/\/(?:\.?\/)+/g, '/') : absolute;
  const { release } = directory;
  return { given, directory: directory.path, path: within(directory.path, name), name, key, release };
}

/** A directory to look into, links followed. */
export function directoryOf(target: Target): Directory {
  const given = textOf(target);
  if (given === '') throw badPath(given, 'is no path');
  return { given, ...reachable(given, absolutePath(given)) };
}

/** The path of a name in a directory. */
export function within(directory: string, name: string): string {
  return directory.endsWith(path.sep) ? directory + name : directory + path.sep + name;
}

/** Does the work; what fails is told of the path that was given. */
export function* at<Result>(place: Directory, work: Steps<Result>): Steps<Result> {
  try {
    return yield* work;
  } catch (error) {
    throw place.path === place.given ? error : unhidden(error, place.path, place.given);
  }
}

/** Does the work, and gives the place back. */
export async function releasing<Result>(place: Directory, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } finally {
    place.release();
  }
}

export function releasingSync<Result>(place: Directory, work: () => Result): Result {
  try {
    return work();
  } finally {
    place.release();
  }
}

/** A path that leaves no room for a hidden name behind it is reached by a descriptor, where the system has such paths. */
function reachable(given: string, absolute: string): Omit<Directory, 'given'> {
  const fits = Buffer.byteLength(absolute) + 1 + MAX_NAME_BYTES <= MAX_PATH_BYTES;
  if (fits || process.platform !== 'linux') return { path: absolute, release: () => {} };
  const descriptor = fs.openSync(given, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  const reached = `/proc/self/fd/${descriptor}`;
  if (fs.existsSync(reached)) return { path: reached, release: () => fs.closeSync(descriptor) };
  // Without /proc nothing would be found there: no file, no tree and no leftover. So the system says what is too long.
  fs.closeSync(descriptor);
  return { path: absolute, release: () => {} };
}

function absolutePath(given: string): string {
  if (path.sep === '\\') return path.resolve(given); // there, `..` is cut as text by the system itself
  return path.isAbsolute(given) ? given : within(process.cwd(), given);
}

/** The path without trailing slashes, which would make the kernel follow a link at its end. */
function withoutSlashes(given: string): string {
  return given.replace(path.sep === '\\' ? /(?<=[^/\\:])[/\\]+$/ : /(?<=[^/])\/+$/, '');
}

function textOf(target: unknown): string {
  const given = isUrl(target) ? pathOfUrl(target) : target;
  if (typeof given !== 'string' || given.includes('\0')) throw badPath(given, 'is no path');
  return given;
}

/** As Node tells a URL: by its shape, since it may be of another realm. */
function isUrl(target: unknown): target is URL {
  return isObject(target) && typeof target['href'] === 'string' && typeof target['protocol'] === 'string';
}

function pathOfUrl(target: URL): string {
  try {
    return fileURLToPath(target);
  } catch (cause) {
    const facts = { path: target.href, cause };
    throw new AtomicError('ERR_ATOMIC_ARGUMENT', `${target.href} is not the URL of a file`, facts);
  }
}

function badPath(target: unknown, problem: string): AtomicError {
  const shown = typeof target === 'string' ? JSON.stringify(target) : `a value of type ${typeof target}`;
  return new AtomicError('ERR_ATOMIC_ARGUMENT', `${shown} ${problem}; give the path of a file or directory`, {
    path: typeof target === 'string' ? target : undefined,
  });
}
