import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryFlock } from '@shimwright/linux-native';
import { hasCode } from '../errors.ts';

const FIRST_WAIT_MS = 2;
const LAST_WAIT_MS = 100;

/** A lock that is held; the kernel gives it up with the process. */
export interface FileLock {
  /** Whether somebody else had it when it was asked for. */
  readonly hadToWait: boolean;
  release(): Promise<void>;
}

/**
 * Waits until nobody else, in this process or in another, has the lock of that file. The file is gone again when the last one
 * has released it.
 *
 * @param onWait called once when it cannot be had at once.
 */
export async function lockFile(file: string, signal: AbortSignal, onWait?: () => void): Promise<FileLock> {
  for (let waitMs = FIRST_WAIT_MS, hadToWait = false; ; waitMs = Math.min(waitMs * 2, LAST_WAIT_MS)) {
    signal.throwIfAborted();
    const handle = await tryLock(file);
    if (handle) return { hadToWait, release: () => release(file, handle) };
    if (!hadToWait) onWait?.();
    hadToWait = true;
    // A random part, so that many who wait do not come at once.
    await delay(waitMs * (0.5 + Math.random()), undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Removes the files of locks in a directory that nobody holds: a killed process has left its own. */
export async function sweepLocks(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const handle = await tryLock(file);
    if (handle) await release(file, handle);
  }
}

async function tryLock(file: string): Promise<FileHandle | undefined> {
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    // Whoever released it meanwhile took the name away: another would lock a new file of that name.
    if (tryFlock(handle.fd) && (await isStill(file, handle))) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

async function isStill(file: string, handle: FileHandle): Promise<boolean> {
  const own = await handle.stat();
  try {
    const named = await stat(file);
    return named.ino === own.ino && named.dev === own.dev;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function release(file: string, handle: FileHandle): Promise<void> {
  await unlink(file).catch(() => {});
  await handle.close();
}
