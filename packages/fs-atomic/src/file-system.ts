import fs, { type BigIntStats, type Dir, type Dirent, type PathLike, type Stats } from 'node:fs';
import { hasCode } from './errors.ts';
import { called, heldByOthers, outOfDescriptors } from './patience.ts';
import { type Step, type Steps, step } from './steps.ts';

// What an operation may do to the disk. The promise forms wait while the process is out of descriptors.

/** What is at the path, links not followed; undefined when there is nothing. */
export function* lstat(path: PathLike): Steps<Stats | undefined> {
  return yield* step<Stats | undefined>(lookAt(path));
}

function lookAt(path: PathLike): Step<Stats | undefined> {
  const noneIfMissing = (error: unknown): undefined => {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  };
  return {
    sync: () => {
      try {
        return fs.lstatSync(path, { throwIfNoEntry: false });
      } catch (error) {
        return noneIfMissing(error);
      }
    },
    promise: () => called<Stats>((answer) => fs.lstat(path, answer)).catch(noneIfMissing),
  };
}

/** The same for several paths, which takes one trip to another thread. */
export function lstatEach(
  paths: readonly PathLike[],
): Steps<readonly PromiseSettledResult<Stats | undefined>[]> {
  const looks = paths.map((path) => lookAt(path));
  return step<readonly PromiseSettledResult<Stats | undefined>[]>({
    sync: () => looks.map(({ sync }) => settled(sync)),
    promise: () => Promise.allSettled(looks.map(({ promise }) => promise())),
  });
}

function settled<Result>(look: () => Result): PromiseSettledResult<Result> {
  try {
    return { status: 'fulfilled', value: look() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

/** What is at the path, links followed. */
export function stat(path: PathLike): Steps<Stats> {
  return step<Stats>({
    sync: () => fs.statSync(path),
    promise: () => called((answer) => fs.stat(path, answer)),
  });
}

/** What an open file is like. That is known once it is open, so it takes no trip. */
export function fstat(descriptor: number): Steps<BigIntStats> {
  return known(() => fs.fstatSync(descriptor, { bigint: true }));
}

export function rename(from: PathLike, to: PathLike): Steps<void> {
  return step<void>({
    sync: () => fs.renameSync(from, to),
    promise: () => called((answer) => fs.rename(from, to, (error) => answer(error, undefined)), heldByOthers),
  });
}

export function unlink(path: PathLike): Steps<void> {
  return step<void>({
    sync: () => fs.unlinkSync(path),
    promise: () => called((answer) => fs.unlink(path, (error) => answer(error, undefined))),
  });
}

export function mkdir(path: PathLike, mode: number): Steps<void> {
  return step<void>({
    sync: () => void fs.mkdirSync(path, mode),
    promise: () => called((answer) => fs.mkdir(path, mode, (error) => answer(error, undefined))),
  });
}

export function rmdir(path: PathLike): Steps<void> {
  return step<void>({
    sync: () => fs.rmdirSync(path),
    promise: () => called((answer) => fs.rmdir(path, (error) => answer(error, undefined))),
  });
}

export function chmod(path: PathLike, mode: number): Steps<void> {
  return step<void>({
    sync: () => fs.chmodSync(path, mode),
    promise: () => called((answer) => fs.chmod(path, mode, (error) => answer(error, undefined))),
  });
}

export function lchown(path: PathLike, uid: number, gid: number): Steps<void> {
  return step<void>({
    sync: () => fs.lchownSync(path, uid, gid),
    promise: () => called((answer) => fs.lchown(path, uid, gid, (error) => answer(error, undefined))),
  });
}

export function listNames(path: PathLike): Steps<string[]> {
  return step<string[]>({
    sync: () => fs.readdirSync(path),
    promise: () => called((answer) => fs.readdir(path, answer), outOfDescriptors),
  });
}

// A name need not be text. In latin1 a character is a byte, whichever that is.
const BYTES = { encoding: 'latin1', withFileTypes: true } as const;

/** The entries; a character of a name is one byte of it. */
export function listEntries(path: PathLike): Steps<Dirent[]> {
  return step<Dirent[]>({
    sync: () => fs.readdirSync(path, BYTES),
    promise: () => called((answer) => fs.readdir(path, BYTES, answer), outOfDescriptors),
  });
}

/** The same, to be read in parts. */
export function openDirectory(path: string): Steps<Dir> {
  const options = { encoding: 'latin1', bufferSize: 512 } as const;
  return step<Dir>({
    sync: () => fs.opendirSync(path, options),
    promise: () => called((answer) => fs.opendir(path, options, answer), outOfDescriptors),
  });
}

/** Up to so many of its further entries; none at the end. */
export function readEntries(directory: Dir, count: number): Steps<Dirent[]> {
  return step<Dirent[]>({
    sync: () => {
      const entries: Dirent[] = [];
      for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
        if (entries.push(entry) === count) break;
      }
      return entries;
    },
    promise: async () => {
      const entries: Dirent[] = [];
      for (let entry = await directory.read(); entry; entry = await directory.read()) {
        if (entries.push(entry) === count) break;
      }
      return entries;
    },
  });
}

export function readlink(path: string): Steps<string> {
  return step<string>({
    sync: () => fs.readlinkSync(path),
    promise: () => called((answer) => fs.readlink(path, answer)),
  });
}

export function realpath(path: string): Steps<string> {
  return step<string>({
    sync: () => fs.realpathSync.native(path),
    promise: () => called((answer) => fs.realpath.native(path, answer)),
  });
}

export function open(path: PathLike, flags: number, mode?: number): Steps<number> {
  return step<number>({
    sync: () => fs.openSync(path, flags, mode),
    promise: () => called((answer) => fs.open(path, flags, mode, answer), outOfDescriptors),
  });
}

/** Closes what has been read from, or only looked at: there is nothing to wait for. */
export function close(descriptor: number): Steps<void> {
  return known(() => fs.closeSync(descriptor));
}

/** A step that takes no time worth a trip to another thread. */
export function known<Result>(sync: () => Result): Steps<Result> {
  return step<Result>({ how: 'sync', sync, promise: async () => sync() });
}
