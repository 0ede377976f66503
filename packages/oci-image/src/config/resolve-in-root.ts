import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../errors.ts';

const MAX_LINKS = 40;

/**
 * Where a path of a container is on this machine. Links are followed as they are in the container: one that is absolute begins at
 * the root of the container, and none leads out of it. The tree must not change meanwhile.
 *
 * @returns undefined where there is nothing, or links lead in a circle.
 */
export async function resolveInRoot(root: string, file: string): Promise<string | undefined> {
  const waiting = file.split('/').reverse();
  let at: readonly string[] = [];
  let links = 0;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, -1);
      continue;
    }
    const place = path.join(root, ...at, name);
    const kind = await kindOf(place);
    if (kind === undefined) return undefined;
    if (kind !== 'link') {
      at = [...at, name];
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return undefined;
    const target = await readlink(place);
    if (target.startsWith('/')) at = [];
    waiting.push(...target.split('/').reverse());
  }
  return path.join(root, ...at);
}

async function kindOf(place: string): Promise<'link' | 'other' | undefined> {
  try {
    return (await lstat(place)).isSymbolicLink() ? 'link' : 'other';
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

/** What a file of a container says, its first megabyte; undefined where there is none, or it is no plain file. */
export async function readInRoot(
  root: string,
  file: string,
  maxBytes = 1024 * 1024,
): Promise<string | undefined> {
  const place = await resolveInRoot(root, file);
  if (place === undefined) return undefined;
  // Not blocking: it may be a FIFO.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  const stats = await lstat(place);
  if (!stats.isFile()) return undefined;
  const handle = await open(place, flags);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
