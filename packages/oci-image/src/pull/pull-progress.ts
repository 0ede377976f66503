import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** How far a pull has got. */
export interface PullProgress {
  /**
   * `waiting` for another process that pulls the same image, `downloading`, `unpacking`, or `done`.
   */
  readonly stage: 'waiting' | 'downloading' | 'unpacking' | 'done';
  /** How many bytes have been downloaded in this pull; layers that the store had are not counted. */
  readonly bytes: number;
}

/** How many bytes the files of a directory have, all but those with names in `without`. */
export async function bytesBelow(directory: string, without: ReadonlySet<string>): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(file, without);
    else if (!without.has(entry.name)) bytes += (await stat(file).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
