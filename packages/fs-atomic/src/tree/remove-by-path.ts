import type { Dirent } from 'node:fs';
import path from 'node:path';
import { aboutPath, hasCode } from '../errors.ts';
import * as disk from '../file-system.ts';
import type { Steps } from '../steps.ts';
import { EmptyGuess, MAX_ENTRIES, removed, removeEntries, shownName } from './remove-entries.ts';

/** A directory on the way down to where the work is. */
interface Level {
  /** Its path, a byte to a character. */
  readonly path: string;
  /** The same for people, who know it by its first name. */
  readonly shown: string;
  readonly directories: string[];
  mustLook: boolean;
  surprises: number;
}

/** What is done in one go. */
interface Walk {
  readonly signal: AbortSignal | undefined;
  readonly device: number;
  readonly levels: Level[];
  readonly guess: EmptyGuess;
  /** How many names have been given. */
  names: number;
}

// The system takes 1,024 bytes or more. What is deeper is moved up first.
const MAX_PATH_BYTES = 700;
const MAX_SURPRISES = 100;

/**
 * Empties a directory where descriptors cannot be used for it: elsewhere than on Linux, or without `/proc`. Nothing
 * mounted is emptied: elsewhere the device tells, and on Linux the kernel, which does not rename a mount point.
 */
export function* removeByPath(target: string, signal: AbortSignal | undefined): Steps<void> {
  const stats = yield* disk.lstat(target);
  if (!stats?.isDirectory()) return;
  const top = levelAt(Buffer.from(target).toString('latin1'), target);
  yield* emptyLevels({ signal, device: stats.dev, levels: [top], guess: new EmptyGuess(), names: 0 });
}

function* emptyLevels(walk: Walk): Steps<void> {
  const { levels, signal } = walk;
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    signal?.throwIfAborted();
    const name = level.directories.pop();
    if (name !== undefined) yield* goDown(walk, level, name);
    else if (level.mustLook) yield* clear(walk, level);
    else if (levels.length === 1) return;
    else yield* goUp(walk, level);
    if (level.surprises === MAX_SURPRISES) return;
  }
}

function* goDown(walk: Walk, level: Level, name: string): Steps<void> {
  const { levels } = walk;
  const shown = `${level.shown}${path.sep}${shownName(name)}`;
  try {
    const found = yield* unmounted(walk, level, name, shown);
    const stats = yield* disk.lstat(asPath(found));
    if (!stats?.isDirectory()) throw changed();
    if (stats.dev !== walk.device)
      yield* disk.rmdir(asPath(found)); // the kernel refuses, with EBUSY
    else if (found.length > MAX_PATH_BYTES) yield* moveUp(walk, found);
    else levels.push(levelAt(found, shown));
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) throw aboutPath(error, shown);
    level.surprises += 1;
    level.mustLook = true;
  }
}

/** The directory by another name, which only one that nothing is mounted on can be given. */
function* unmounted(walk: Walk, level: Level, name: string, shown: string): Steps<string> {
  const old = `${level.path}/${name}`;
  if (process.platform !== 'linux') return old;
  const other = `${level.path}/${newName(walk)}`;
  try {
    yield* disk.rename(asPath(old), asPath(other));
    return other;
  } catch (error) {
    if (hasCode(error, 'EXDEV', 'ENOSPC', 'EDQUOT')) return old; // a mount point is refused before that
    throw aboutPath(error, shown);
  }
}

/** To the top, where its path is short again. */
function* moveUp(walk: Walk, found: string): Steps<void> {
  const [top] = walk.levels;
  if (!top) return;
  const name = newName(walk);
  yield* disk.rename(asPath(found), asPath(`${top.path}/${name}`));
  top.directories.push(name);
}

function newName(walk: Walk): string {
  walk.names += 1;
  return `.${walk.names.toString(36)}~${Math.random().toString(36).slice(2, 10)}`;
}

function* goUp({ levels }: Walk, level: Level): Steps<void> {
  levels.pop();
  try {
    yield* removed(disk.rmdir(asPath(level.path)), () => level.shown);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
    const above = levels.at(-1) as Level;
    above.surprises += 1;
    above.mustLook = true;
  }
}

function* clear({ signal, guess }: Walk, level: Level): Steps<void> {
  level.mustLook = false;
  const entries = yield* listed(level);
  for (let start = 0; start < entries.length; start += MAX_ENTRIES) {
    signal?.throwIfAborted();
    const shown = (name: string) => `${level.shown}${path.sep}${shownName(name)}`;
    const part = entries.slice(start, start + MAX_ENTRIES);
    const left = yield* removeEntries(part, asPath(level.path), shown, guess);
    level.directories.push(...left.directories);
    if (left.changed) level.mustLook = true;
  }
}

function* listed(level: Level): Steps<Dirent[]> {
  try {
    return yield* disk.listEntries(asPath(level.path));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw aboutPath(error, level.shown);
  }
}

function levelAt(at: string, shown: string): Level {
  return { path: at, shown, directories: [], mustLook: true, surprises: 0 };
}

function asPath(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1');
}

function changed(): Error {
  return Object.assign(new Error('it is no directory any more'), { code: 'ENOTDIR' });
}
