import path from 'node:path';
import { flushPath } from './durable.ts';
import { hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import type { Place } from './place.ts';
import type { Steps } from './steps.ts';

/** As `mkdir` has it, of which the umask takes its part. */
const DEFAULT_MODE = 0o777;

/**
 * Does the work in a directory that is made first where it is missing, with all above it. When the work fails, those
 * that were made are removed, unless somebody has put something there.
 *
 * @param isFlushed whether what is made is flushed to the disk.
 */
export function* withParents<Result>(
  { directory }: Place,
  isFlushed: boolean,
  work: () => Steps<Result>,
): Steps<Result> {
  const first = yield* makeDirectories(directory);
  if (first === undefined) return yield* work();
  const made = directoriesBetween(first, directory);
  try {
    if (isFlushed && process.platform !== 'win32')
      for (const one of made) yield* flushPath(path.dirname(one));
    return yield* work();
  } catch (error) {
    for (const one of made.toReversed()) yield* removeQuietly(one);
    throw error;
  }
}

/**
 * The first that had to be made; undefined where all were there. Node's own `recursive` never ends where a file system refuses every
 * new name as if the directory above it were missing, as `/proc` does.
 */
function* makeDirectories(directory: string): Steps<string | undefined> {
  const missing = [directory];
  const made: string[] = [];
  let isParentThere = false;
  for (let one = missing.at(-1); one !== undefined; one = missing.at(-1)) {
    try {
      yield* disk.mkdir(one, DEFAULT_MODE);
      made.push(one);
    } catch (error) {
      const parent = path.dirname(one);
      if (hasCode(error, 'ENOENT') && !isParentThere && parent !== one) {
        missing.push(parent);
        continue;
      }
      if (!(yield* isDirectory(one))) {
        for (const each of made.toReversed()) yield* removeQuietly(each);
        throw error;
      }
    }
    isParentThere = true;
    missing.pop();
  }
  return made[0];
}

function* isDirectory(one: string): Steps<boolean> {
  try {
    return (yield* disk.stat(one)).isDirectory();
  } catch {
    return false;
  }
}

/** From the upper one down to the lower one, both included. */
function directoriesBetween(first: string, last: string): string[] {
  const all = [path.resolve(last)];
  const end = path.resolve(first);
  for (let one = all[0] as string; one !== end && one !== path.dirname(one); ) {
    one = path.dirname(one);
    all.unshift(one);
  }
  return all;
}

function* removeQuietly(directory: string): Steps<void> {
  try {
    yield* disk.rmdir(directory);
  } catch {
    // Somebody uses it; the first failure is the one that matters.
  }
}
