import { chmod, mkdir } from 'node:fs/promises';
import { atomicWriteFile } from '@shimwright/fs-atomic';
import { readText } from './read-text.ts';
import type { StorePaths } from './store-paths.ts';

const OCI_LAYOUT = '{"imageLayoutVersion":"1.0.0"}';

/** Makes what of a store is missing. */
export async function makeStore(paths: StorePaths): Promise<void> {
  // What containers and users of other ids may reach is their own root alone: trees hold set-id programs.
  await makeDirectory(paths.directory, 0o711);
  await makeDirectory(paths.roots, 0o711);
  for (const each of [paths.trees, paths.pulls, paths.locks]) await makeDirectory(each, 0o700);
  await mkdir(paths.blobs, { recursive: true, mode: 0o700 });
  if ((await readText(paths.ociLayout)) === undefined)
    await atomicWriteFile(paths.ociLayout, OCI_LAYOUT, { mode: 0o644 });
}

/** One that is there keeps its mode. */
async function makeDirectory(directory: string, mode: number): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o755 });
  if (made !== undefined) await chmod(directory, mode);
}
