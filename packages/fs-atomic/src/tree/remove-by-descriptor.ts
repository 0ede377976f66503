import fs, { constants, type Dirent } from 'node:fs';
import { aboutPath, hasCode } from '../errors.ts';
import * as disk from '../file-system.ts';
import { isHidden } from '../mounts.ts';
import type { Steps } from '../steps.ts';
import {
  EmptyGuess,
  entryPath,
  MAX_ENTRIES,
  type Remaining,
  removed,
  removeEntries,
  shownName,
} from './remove-entries.ts';

/** A directory on the way down to where the work is. */
interface Level {
  /** Its name in the one above, a byte to a character. */
  readonly name: string;
  /** What tells it from every other directory, to know it again. */
  identity: string;
  readonly bytes: bigint;
  /** Undefined while the work is far below, and of the top until it is found to hold directories that are not empty. */
  descriptor: number | undefined;
  /** The directories in it that are still to be emptied. */
  readonly directories: string[];
  /** Whether there may be something in it besides those. */
  mustLook: boolean;
  /** How often it was not empty though it should have been. */
  surprises: number;
}

/** What is done in one go. */
interface Walk {
  readonly target: string;
  readonly signal: AbortSignal | undefined;
  /** The mount that all of it is on; undefined until the top is open. */
  mount: string | undefined;
  readonly levels: Level[];
  readonly guess: EmptyGuess;
}

// Only the lowest levels are held open; what is above them is found again by `..`.
const MAX_OPEN = 2;

// A directory of more bytes is read in parts, so that millions of names never are in memory.
const MAX_LISTED_BYTES = 2n << 20n;
const MAX_DIRECTORIES = 10_000;
const MAX_SURPRISES = 100;

/**
 * Empties a directory, each one in it by way of its descriptor. Where somebody moves one of them elsewhere meanwhile,
 * it ends early.
 *
 * @param bytes the size of the directory itself.
 * @returns false where `/proc` does not tell of descriptors, so that the directories in it remain.
 */
export function* removeByDescriptor(
  target: string,
  bytes: number,
  signal: AbortSignal | undefined,
): Steps<boolean> {
  const top = { name: '', identity: '', bytes: BigInt(bytes), descriptor: undefined };
  const levels: Level[] = [{ ...top, directories: [], mustLook: true, surprises: 0 }];
  const walk: Walk = { target, signal, mount: undefined, levels, guess: new EmptyGuess() };
  try {
    return yield* emptyLevels(walk);
  } finally {
    for (const level of levels) yield* closeLevel(level);
  }
}

function* emptyLevels(walk: Walk): Steps<boolean> {
  const { levels, signal } = walk;
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    signal?.throwIfAborted();
    const name = level.directories.pop();
    if (name !== undefined) {
      const top = walk.mount === undefined ? yield* openTop(walk, level) : 'open';
      if (top !== 'open') return top === 'gone';
      yield* goDown(walk, level, name);
    } else if (level.mustLook) yield* clear(walk, level);
    else if (levels.length === 1 || !(yield* goUp(walk, level))) return true;
    if (level.surprises === MAX_SURPRISES) return true;
  }
  return true;
}

/** The top is opened once something in it is to be: most often there are but files and empty directories. */
function* openTop(walk: Walk, top: Level): Steps<'open' | 'unknown' | 'gone'> {
  const found = yield* enter(walk.target, '', () => walk.target, true);
  if (found === 'unknown') return found;
  if (!found) return 'gone';
  walk.mount = found.mount;
  top.identity = found.level.identity;
  top.descriptor = found.level.descriptor;
  return 'open';
}

function* goDown(walk: Walk, level: Level, name: string): Steps<void> {
  const { levels, mount } = walk;
  const shown = () => shownPath(walk, name);
  const child = yield* enter(entryPath(access(walk, level), name), name, shown, false);
  if (child === 'unknown' || !child) {
    level.surprises += 1;
    level.mustLook = true; // it is gone, or no directory any more
    return;
  }
  levels.push(child.level);
  // A mount point keeps what it holds, and the kernel refuses to remove it.
  if (child.mount !== mount) child.level.mustLook = false;
  const far = levels.at(-1 - MAX_OPEN);
  if (far && far !== levels[0]) yield* closeLevel(far);
}

/** Back to the directory above, where the empty one is removed; false where it is not there any more. */
function* goUp(walk: Walk, level: Level): Steps<boolean> {
  const { levels, mount } = walk;
  const above = levels.at(-2) as Level;
  if (above.descriptor === undefined) {
    const found = yield* enter(`${access(walk, level)}/..`, above.name, () => shownPath(walk), false);
    if (found === 'unknown' || !found) return false;
    above.descriptor = found.level.descriptor;
    if (found.mount !== mount || found.level.identity !== above.identity) return false;
  }
  yield* closeLevel(level);
  levels.pop();
  try {
    yield* removed(disk.rmdir(entryPath(access(walk, above), level.name)), () => shownPath(walk, level.name));
    above.surprises = 0;
  } catch (error) {
    above.surprises += 1;
    if (hasCode(error, 'ENOTDIR')) above.mustLook = true;
    else if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) above.directories.push(level.name);
    else throw error;
  }
  return true;
}

/** Removes what can be removed at once, and notes what is to be emptied before. */
function* clear(walk: Walk, level: Level): Steps<void> {
  level.mustLook = false;
  const part = (entries: readonly Dirent[]) => clearPart(walk, level, entries);
  if (level.bytes <= MAX_LISTED_BYTES) {
    const entries = (yield* read(walk, level, disk.listEntries(access(walk, level)))) ?? [];
    for (let start = 0; start < entries.length; start += MAX_ENTRIES)
      yield* part(entries.slice(start, start + MAX_ENTRIES));
    return;
  }
  const stream = yield* read(walk, level, disk.openDirectory(access(walk, level)));
  if (!stream) return;
  try {
    for (;;) {
      const entries = yield* disk.readEntries(stream, MAX_ENTRIES);
      if (entries.length === 0) return;
      yield* part(entries);
      if (level.directories.length < MAX_DIRECTORIES) continue;
      level.mustLook = true;
      return;
    }
  } finally {
    yield* disk.known(() => stream.closeSync());
  }
}

function* clearPart(walk: Walk, level: Level, entries: readonly Dirent[]): Steps<void> {
  walk.signal?.throwIfAborted();
  const shown = (name: string) => shownPath(walk, name);
  const left: Remaining = yield* removeEntries(entries, access(walk, level), shown, walk.guess);
  level.directories.push(...left.directories);
  if (left.changed) level.mustLook = true;
}

/** What is read of the directory; undefined when the top is gone, or is none any more. */
function* read<Result>(walk: Walk, level: Level, reading: Steps<Result>): Steps<Result | undefined> {
  try {
    return yield* reading;
  } catch (error) {
    if (level === walk.levels[0] && hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw aboutPath(error, shownPath(walk));
  }
}

/** The directory, held open; undefined when it is gone, or is none any more. */
function* enter(
  path: string | Buffer,
  name: string,
  shown: () => string,
  isFirst: boolean,
): Steps<{ readonly level: Level; readonly mount: string } | 'unknown' | undefined> {
  let descriptor: number;
  try {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    descriptor = yield* disk.open(path, flags);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw aboutPath(error, shown());
  }
  try {
    const { dev, ino, size } = yield* disk.fstat(descriptor);
    const mount = yield* mountOf(descriptor);
    const level = { name, identity: `${dev}:${ino}`, bytes: size, descriptor };
    return { level: { ...level, directories: [], mustLook: true, surprises: 0 }, mount };
  } catch (error) {
    yield* disk.close(descriptor);
    if (isFirst && isHidden(error)) return 'unknown';
    throw aboutPath(error, shown());
  }
}

const scratch = Buffer.allocUnsafeSlow(1_024);

/** The id of the mount an open file is on, which tells even a bind mount of the same file system. */
function mountOf(descriptor: number): Steps<string> {
  return disk.known(() => {
    const info = fs.openSync(`/proc/self/fdinfo/${descriptor}`, 'r');
    try {
      const length = fs.readSync(info, scratch, 0, scratch.length, null);
      return /^mnt_id:\s*(\d+)$/m.exec(scratch.toString('latin1', 0, length))?.[1] ?? '';
    } finally {
      fs.closeSync(info);
    }
  });
}

function* closeLevel(level: Level): Steps<void> {
  const { descriptor } = level;
  level.descriptor = undefined;
  if (descriptor !== undefined) yield* disk.close(descriptor);
}

/** How to reach what is in it. The top is where only who may be trusted could put another in its place. */
function access({ levels, target }: Walk, level: Level): string {
  return level === levels[0] ? target : `/proc/self/fd/${level.descriptor}`;
}

/** Where the work is, or a name there, for people: only made where something fails, since it may be long. */
function shownPath({ target, levels }: Walk, ...names: readonly string[]): string {
  return [
    target,
    ...levels
      .slice(1)
      .map(({ name }) => name)
      .map(shownName),
    ...names.map(shownName),
  ].join('/');
}
