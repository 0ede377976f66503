import { constants, type Dirent, type PathLike } from 'node:fs';
import { aboutPath, hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import type { Steps } from './steps.ts';

// A directory that somebody else still fills has as many tries to be empty.
const MAX_TRIES = 100;

/** A directory on its way out. */
interface Directory {
  /** Where it is, for people. */
  readonly shown: string;
  /** How to reach it and, with a name appended, what it holds. */
  readonly access: string;
  /** What tells its mount from others. */
  readonly mount: string | number;
  readonly close: () => Steps<void>;
}

/**
 * Removes a file, or a directory with all it holds.
 *
 * Somebody may change the tree meanwhile: what is gone already is no error, and no directory that has become a
 * link or a mount point is emptied. On Linux each directory is held open and worked on through its
 * descriptor, so that not even a swap between two system calls leads out of the tree.
 *
 * @throws the system's own error, `EBUSY` for the first mount point met; what was removed before stays so.
 */
export function* removeTree(target: string): Steps<void> {
  const stats = yield* disk.lstat(target);
  if (!stats) return;
  if (stats.isDirectory()) yield* removeDirectory(target, target, undefined);
  else yield* removed(disk.unlink(target), target);
}

/** @param parent the mount it must be on; undefined for the top, which is where it is. */
function* removeDirectory(
  access: PathLike,
  shown: string,
  parent: Directory['mount'] | undefined,
): Steps<void> {
  for (let tries = 1; ; tries += 1) {
    const directory = yield* enter(access, shown);
    if (directory) {
      try {
        // A mount point keeps what it holds, and the kernel refuses to remove it.
        if (parent === undefined || directory.mount === parent) yield* empty(directory);
      } finally {
        yield* directory.close();
      }
    }
    try {
      yield* removed(disk.rmdir(access), shown);
      return;
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST') || tries === MAX_TRIES) throw error;
    }
  }
}

function* empty(directory: Directory): Steps<void> {
  for (const entry of yield* entriesOf(directory)) {
    const access = Buffer.concat([Buffer.from(`${directory.access}/`), entry.name]);
    const shown = `${directory.shown}/${entry.name}`;
    if (entry.isDirectory()) yield* removeDirectory(access, shown, directory.mount);
    else yield* removed(disk.unlink(access), shown);
  }
}

function* entriesOf({ access, shown }: Directory): Steps<Dirent<Buffer>[]> {
  try {
    return yield* disk.listRawEntries(access);
  } catch (error) {
    throw aboutPath(error, shown);
  }
}

/** The directory, held open; undefined when it is gone, or is none any more. */
function* enter(access: PathLike, shown: string): Steps<Directory | undefined> {
  try {
    return process.platform === 'linux'
      ? yield* enterByDescriptor(access, shown)
      : yield* enterByPath(access, shown);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw aboutPath(error, shown);
  }
}

function* enterByDescriptor(access: PathLike, shown: string): Steps<Directory> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const descriptor = yield* disk.open(access, flags);
  const close = () => disk.close(descriptor);
  try {
    // The id of the mount an open file is on tells even a bind mount of the same file system.
    const info = yield* disk.readText(`/proc/self/fdinfo/${descriptor}`);
    const mount = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1] ?? '';
    return { shown, access: `/proc/self/fd/${descriptor}`, mount, close };
  } catch (error) {
    yield* close();
    throw error;
  }
}

function* enterByPath(access: PathLike, shown: string): Steps<Directory | undefined> {
  const stats = yield* disk.lstat(access);
  if (!stats?.isDirectory()) return undefined;
  return { shown, access: String(access), mount: stats.dev, close: function* () {} };
}

/** Takes one removal; what is gone already is removed. */
function* removed(removal: Steps<void>, shown: string): Steps<void> {
  try {
    yield* removal;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw aboutPath(error, shown);
  }
}
