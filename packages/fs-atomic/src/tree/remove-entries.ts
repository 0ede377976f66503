import fs, { type Dirent } from 'node:fs';
import { aboutPath, hasCode } from '../errors.ts';
import { lstat } from '../file-system.ts';
import { type Steps, step } from '../steps.ts';

/** What is left of some entries: the directories that are not empty, by their names, a byte to a character. */
export interface Remaining {
  readonly directories: readonly string[];
  /** Whether some have become something else, so that one must look again. */
  readonly changed: boolean;
}

/** Whether to try if a directory is empty; that costs a call where it is not. */
export class EmptyGuess {
  #credit = 2;

  get isWorthIt(): boolean {
    return this.#credit > 0;
  }

  tell(wasEmpty: boolean): void {
    this.#credit = Math.max(0, Math.min(8, this.#credit + (wasEmpty ? 1 : -1)));
  }
}

// So many at once keep libuv's threads busy, and leave room for others.
const AT_ONCE = 64;

/** How many entries are removed in one step. */
export const MAX_ENTRIES = AT_ONCE;

// What a look at the result of each removal tells.
const GONE = ['ENOENT'];
const NOT_EMPTY = ['ENOTEMPTY', 'EEXIST'];

/**
 * Removes files and empty directories.
 *
 * @param access what a name is appended to.
 * @param shown the same for people.
 */
export function* removeEntries(
  entries: readonly Dirent[],
  access: string | Buffer,
  shown: (name: string) => string,
  guess: EmptyGuess,
): Steps<Remaining> {
  const directories: string[] = [];
  const tried: Dirent[] = [];
  for (const entry of entries) {
    if (entry.isDirectory() && !guess.isWorthIt) directories.push(entry.name);
    else tried.push(entry);
  }
  let changed = false;
  for (const [index, error] of (yield* removeAll(tried, access)).entries()) {
    const entry = tried[index] as Dirent;
    const isDirectory = entry.isDirectory();
    if (isDirectory) guess.tell(!error);
    if (!error || hasCode(error, ...GONE)) continue;
    if (isDirectory && hasCode(error, ...NOT_EMPTY)) directories.push(entry.name);
    else if (isDirectory && hasCode(error, 'ENOTDIR')) changed = true;
    else if (!isDirectory && (yield* isOfDirectory(error, access, entry.name))) directories.push(entry.name);
    else throw aboutPath(error, shown(entry.name));
  }
  return { directories, changed };
}

/** Takes one removal; what is gone already is removed. */
export function* removed(removal: Steps<void>, shown: () => string): Steps<void> {
  try {
    yield* removal;
  } catch (error) {
    if (hasCode(error, ...GONE)) return;
    throw aboutPath(error, shown());
  }
}

/** The path of an entry. Most names are plain text, which is passed on faster than bytes. */
export function entryPath(access: string | Buffer, name: string): string | Buffer {
  if (typeof access !== 'string') return Buffer.concat([access, Buffer.from(`/${name}`, 'latin1')]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes that mean the same in UTF-8
  if (/^[\x00-\x7f]*$/.test(name)) return `${access}/${name}`;
  return Buffer.concat([Buffer.from(`${access}/`), Buffer.from(name, 'latin1')]);
}

/** A name for people. */
export function shownName(name: string): string {
  return Buffer.from(name, 'latin1').toString();
}

/** What each of the removals failed with. */
function removeAll(entries: readonly Dirent[], access: string | Buffer): Steps<unknown[]> {
  return step<unknown[]>({
    sync: () => entries.map((entry) => failureOf(entry, access)),
    promise: () =>
      new Promise((resolve) => {
        const failures: unknown[] = [];
        let left = entries.length;
        if (left === 0) resolve(failures);
        for (const [index, entry] of entries.entries()) {
          const remove = entry.isDirectory() ? fs.rmdir : fs.unlink;
          remove(entryPath(access, entry.name), (error) => {
            failures[index] = error;
            left -= 1;
            if (left === 0) resolve(failures);
          });
        }
      }),
  });
}

function failureOf(entry: Dirent, access: string | Buffer): unknown {
  try {
    const at = entryPath(access, entry.name);
    if (entry.isDirectory()) fs.rmdirSync(at);
    else fs.unlinkSync(at);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Whether it was a directory that was to be unlinked. macOS says EPERM then, and so does everybody for what may not go. */
function* isOfDirectory(error: unknown, access: string | Buffer, name: string): Steps<boolean> {
  if (hasCode(error, 'EISDIR')) return true;
  if (!hasCode(error, 'EPERM')) return false;
  const stats = yield* lstat(entryPath(access, name));
  return stats?.isDirectory() ?? false;
}
