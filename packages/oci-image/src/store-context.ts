import type { StorePaths } from './layout/store-paths.ts';
import { type FileLock, lockFile } from './locks/file-lock.ts';

/** What all calls of a store share. */
export interface StoreContext {
  readonly paths: StorePaths;
  /** The program skopeo, as a name on the PATH or a path. */
  readonly skopeo: string;
  /** The program umoci. */
  readonly umoci: string;
}

/** Runs what nobody else may do to the names, blobs and roots of the store meanwhile; it must be short. */
export async function whileLocked<Result>(
  { paths }: StoreContext,
  signal: AbortSignal,
  action: () => Promise<Result>,
): Promise<Result> {
  return whileHeld(await lockFile(`${paths.locks}/store`, signal), action);
}

/** Runs something with a lock, and gives it up whatever comes of it. */
export async function whileHeld<Result>(lock: FileLock, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } finally {
    await lock.release();
  }
}
