import fs, { type Dirent, type PathLike, type Stats } from 'node:fs';
import { hasCode } from './errors.ts';
import { fsExtra } from './fs-extra.ts';
import { type Steps, step } from './steps.ts';

// What an operation may do to the disk. The promise forms go through fs-extra, which queues when the process
// is out of descriptors (EMFILE) and tries a rename again that Windows refused for a moment.

/** What is at the path, links not followed; undefined when there is nothing. */
export function* lstat(path: PathLike): Steps<Stats | undefined> {
  try {
    return yield* step<Stats | undefined>({
      sync: () => fs.lstatSync(path, { throwIfNoEntry: false }),
      promise: () => fsExtra.lstat(path),
    });
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

export function rename(from: PathLike, to: PathLike): Steps<void> {
  return step({ sync: () => fs.renameSync(from, to), promise: () => fsExtra.rename(from, to) });
}

export function unlink(path: PathLike): Steps<void> {
  return step({ sync: () => fs.unlinkSync(path), promise: () => fsExtra.unlink(path) });
}

export function mkdir(path: PathLike, mode: number): Steps<void> {
  return step({ sync: () => void fs.mkdirSync(path, mode), promise: () => fsExtra.mkdir(path, mode) });
}

export function rmdir(path: PathLike): Steps<void> {
  return step({ sync: () => fs.rmdirSync(path), promise: () => fsExtra.rmdir(path) });
}

export function chmod(path: PathLike, mode: number): Steps<void> {
  return step({ sync: () => fs.chmodSync(path, mode), promise: () => fsExtra.chmod(path, mode) });
}

export function lchown(path: PathLike, uid: number, gid: number): Steps<void> {
  return step({ sync: () => fs.lchownSync(path, uid, gid), promise: () => fsExtra.lchown(path, uid, gid) });
}

export function listNames(path: PathLike): Steps<string[]> {
  return step({ sync: () => fs.readdirSync(path), promise: () => fsExtra.readdir(path) });
}

export function listEntries(path: PathLike): Steps<Dirent[]> {
  return step<Dirent[]>({
    sync: () => fs.readdirSync(path, { withFileTypes: true }),
    promise: () => fsExtra.readdir(path, { withFileTypes: true }),
  });
}

/** The entries with their names as bytes, which need not be text. */
export function listRawEntries(path: PathLike): Steps<Dirent<Buffer>[]> {
  return step<Dirent<Buffer>[]>({
    sync: () => fs.readdirSync(path, { withFileTypes: true, encoding: 'buffer' }),
    promise: () => fs.promises.readdir(path, { withFileTypes: true, encoding: 'buffer' }),
  });
}

export function readText(path: string): Steps<string> {
  return step({ sync: () => fs.readFileSync(path, 'utf8'), promise: () => fsExtra.readFile(path, 'utf8') });
}

export function realpath(path: string): Steps<string> {
  return step({ sync: () => fs.realpathSync(path), promise: () => fsExtra.realpath(path) });
}

export function open(path: PathLike, flags: number, mode?: number): Steps<number> {
  return step({ sync: () => fs.openSync(path, flags, mode), promise: () => fsExtra.open(path, flags, mode) });
}

export function write(descriptor: number, bytes: Uint8Array): Steps<number> {
  return step({
    sync: () => fs.writeSync(descriptor, bytes),
    promise: async () => (await fsExtra.write(descriptor, bytes)).bytesWritten,
  });
}

export function fchmod(descriptor: number, mode: number): Steps<void> {
  return step({
    sync: () => fs.fchmodSync(descriptor, mode),
    promise: () => fsExtra.fchmod(descriptor, mode),
  });
}

export function fchown(descriptor: number, uid: number, gid: number): Steps<void> {
  return step({
    sync: () => fs.fchownSync(descriptor, uid, gid),
    promise: () => fsExtra.fchown(descriptor, uid, gid),
  });
}

export function fsync(descriptor: number): Steps<void> {
  return step({ sync: () => fs.fsyncSync(descriptor), promise: () => fsExtra.fsync(descriptor) });
}

export function close(descriptor: number): Steps<void> {
  return step({ sync: () => fs.closeSync(descriptor), promise: () => fsExtra.close(descriptor) });
}
