import fs from 'node:fs';
import path from 'node:path';
import { flushPath } from './durable.ts';
import * as disk from './file-system.ts';
import { called } from './patience.ts';
import type { Place } from './place.ts';
import { type Steps, step } from './steps.ts';

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

/** The first that had to be made; undefined where all were there. */
function makeDirectories(directory: string): Steps<string | undefined> {
  return step<string | undefined>({
    sync: () => fs.mkdirSync(directory, { recursive: true }),
    promise: () => called((answer) => fs.mkdir(directory, { recursive: true }, answer)),
  });
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
