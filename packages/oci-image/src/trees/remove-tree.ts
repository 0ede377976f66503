import { chmod, lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { atomicDelete, sweep } from '@shimwright/fs-atomic';
import { hasCode } from '../errors.ts';

const OWNER_MAY_ALL = 0o700;

/** Removes what has the files of an image: it is gone at once for everybody else. A missing one is no error. */
export async function removeTree(directory: string): Promise<void> {
  await openUp(directory);
  await atomicDelete(directory, { whenNotAtomic: 'remove' });
}

/** Removes what killed processes left of those. @returns the paths. */
export async function sweepTrees(directory: string, signal?: AbortSignal): Promise<readonly string[]> {
  const options = signal === undefined ? {} : { signal };
  if (isRoot()) return sweep(directory, options);
  for (const leftover of await sweep(directory, { ...options, dryRun: true })) await openUp(leftover);
  return sweep(directory, options);
}

/**
 * Lets the owner of a tree into all of its directories: an image may have some that are closed to their owner, which stops
 * everybody but root from removing what is there.
 */
export async function openUp(directory: string): Promise<void> {
  if (isRoot()) return;
  const waiting = [directory];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const stats = await lstat(next).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (!stats?.isDirectory()) continue;
    if ((stats.mode & OWNER_MAY_ALL) !== OWNER_MAY_ALL)
      await chmod(next, (stats.mode & 0o777) | OWNER_MAY_ALL);
    for (const entry of await readdir(next, { withFileTypes: true })) {
      if (entry.isDirectory()) waiting.push(path.join(next, entry.name));
    }
  }
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}
