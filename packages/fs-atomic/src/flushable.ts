import fs, { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { hasCode } from './errors.ts';
import { called, outOfDescriptors } from './patience.ts';
import { type Steps, step } from './steps.ts';

/** An open file or directory that can be flushed to the disk. */
export interface Flushable {
  readonly descriptor: number;
  /** Where it is. */
  readonly path: string;
  /** Where Node runs with `--permission`, only this can be flushed. */
  readonly handle: FileHandle | undefined;
}

// What Node does with a bare descriptor it forbids when it runs with `--permission`, and with a path it does not.
const isRestricted = () => 'permission' in process && process.permission !== undefined;

// More than that at once would keep a slow disk's thread for long, and an abort waiting.
const MAX_WRITE_BYTES = 16 << 20;

// A write to memory takes less than a trip to another thread only when it is small.
const MAX_QUICK_BYTES = 256 << 10;

export function openFlushable(path: string, flags: number, mode?: number): Steps<Flushable> {
  return step<Flushable>({
    sync: () => {
      // No sync call could flush it, so each write does.
      const written = isRestricted() && (flags & constants.O_WRONLY) !== 0 ? constants.O_SYNC : 0;
      return { descriptor: fs.openSync(path, flags | written, mode), path, handle: undefined };
    },
    promise: async () => {
      if (!isRestricted()) {
        const descriptor = await called<number>(
          (answer) => fs.open(path, flags, mode, answer),
          outOfDescriptors,
        );
        return { descriptor, path, handle: undefined };
      }
      const handle = await fs.promises.open(path, flags, mode);
      return { descriptor: handle.fd, path, handle };
    },
  });
}

/** Writes a part of the bytes, and tells how many. */
export function write({ descriptor }: Flushable, bytes: Uint8Array): Steps<number> {
  const length = Math.min(bytes.length, MAX_WRITE_BYTES);
  const one = {
    sync: () => fs.writeSync(descriptor, bytes, 0, length, null),
    promise: () => called<number>((answer) => fs.write(descriptor, bytes, 0, length, null, answer)),
  };
  return step<number>(length > MAX_QUICK_BYTES ? { ...one, how: 'promise' } : one);
}

export function changeMode({ descriptor, path }: Flushable, mode: number): Steps<void> {
  return isRestricted()
    ? step<void>({
        sync: () => fs.chmodSync(path, mode),
        promise: () => called((answer) => fs.chmod(path, mode, (error) => answer(error, undefined))),
      })
    : step<void>({
        sync: () => fs.fchmodSync(descriptor, mode),
        promise: () => called((answer) => fs.fchmod(descriptor, mode, (error) => answer(error, undefined))),
      });
}

export function changeOwner({ descriptor, path }: Flushable, uid: number, gid: number): Steps<void> {
  return isRestricted()
    ? step<void>({
        sync: () => fs.lchownSync(path, uid, gid),
        promise: () => called((answer) => fs.lchown(path, uid, gid, (error) => answer(error, undefined))),
      })
    : step<void>({
        sync: () => fs.fchownSync(descriptor, uid, gid),
        promise: () =>
          called((answer) => fs.fchown(descriptor, uid, gid, (error) => answer(error, undefined))),
      });
}

/** Flushes it. Some file systems cannot do that with a directory, and need not. */
export function* flush({ descriptor, handle }: Flushable): Steps<void> {
  try {
    yield* step<void>({
      sync: () => {
        if (!isRestricted()) fs.fsyncSync(descriptor);
      },
      promise: () =>
        handle?.sync() ?? called((answer) => fs.fsync(descriptor, (error) => answer(error, undefined))),
    });
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'ENOTSUP')) throw error;
  }
}

/** Closes it; on a network file system, this is what tells of a full disk. */
export function closeFlushable({ descriptor, handle }: Flushable): Steps<void> {
  return step<void>({
    sync: () => fs.closeSync(descriptor),
    promise: () =>
      handle?.close() ?? called((answer) => fs.close(descriptor, (error) => answer(error, undefined))),
  });
}

/** Closes what is not needed any more because something else failed before, which is what matters. */
export function* closeQuietly(file: Flushable): Steps<void> {
  try {
    yield* closeFlushable(file);
  } catch {
    // As said above.
  }
}
