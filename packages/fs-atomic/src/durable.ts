import { constants } from 'node:fs';
import path from 'node:path';
import { AtomicError, aboutPath } from './errors.ts';
import * as disk from './file-system.ts';
import { closeQuietly, type Flushable, flush, openFlushable } from './flushable.ts';
import type { Place } from './place.ts';
import type { Steps } from './steps.ts';

/**
 * Makes a change in the directory, and flushes it. What could hinder that is found before the change: whoever may not
 * read a directory cannot flush it either.
 *
 * @param isWanted whether to flush at all. Windows cannot open directories.
 * @throws {AtomicError} `ERR_ATOMIC_NOT_DURABLE` where the change is made, and cannot be flushed.
 */
export function* flushed(place: Place, isWanted: boolean, change: Steps<boolean>): Steps<void> {
  if (!isWanted || process.platform === 'win32') {
    yield* change;
    return;
  }
  const directory = yield* openDirectory(place.directory);
  try {
    if (yield* change) yield* flushAfter(directory, place);
  } finally {
    yield* closeQuietly(directory);
  }
}

function* flushAfter(directory: Flushable, { given }: Place): Steps<void> {
  try {
    yield* flush(directory);
  } catch (error) {
    throw new AtomicError(
      'ERR_ATOMIC_NOT_DURABLE',
      `${given} is in its place, but it cannot be made sure that a power failure leaves it there`,
      { path: given, cause: aboutPath(error, path.dirname(given)) },
    );
  }
}

function* openDirectory(directory: string): Steps<Flushable> {
  try {
    return yield* openFlushable(directory, constants.O_RDONLY);
  } catch (error) {
    throw aboutPath(error, directory);
  }
}

/** Flushes one file or directory. */
export function* flushPath(target: string): Steps<void> {
  const file = yield* openFlushable(target, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    yield* flush(file);
  } catch (error) {
    throw aboutPath(error, target);
  } finally {
    yield* closeQuietly(file);
  }
}

/** Flushes a directory with all it holds. Links and what is no file have nothing of their own to flush. */
export function* flushTree(top: string): Steps<void> {
  const directories = [top];
  for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
    for (const entry of yield* disk.listEntries(at)) {
      const below = path.join(at, Buffer.from(entry.name, 'latin1').toString());
      if (entry.isDirectory()) directories.push(below);
      else if (entry.isFile()) yield* flushPath(below);
    }
    if (process.platform !== 'win32') yield* flushPath(at);
  }
}
