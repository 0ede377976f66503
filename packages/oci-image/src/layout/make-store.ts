import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { atomicWriteFile } from '@shimwright/fs-atomic';
import { makeDirectories } from '@shimwright/linux-native';
import { hasCode } from '../errors.ts';
import { forbidden, readText } from './read-text.ts';
import type { StorePaths } from './store-paths.ts';

const OCI_LAYOUT = '{"imageLayoutVersion":"1.0.0"}';

/** Makes what of a store is missing. @throws {ImageError} `ERR_IMAGE_PERMISSION`. */
export async function makeStore(paths: StorePaths): Promise<void> {
  await makeAll(paths).catch((error: unknown) => {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT')) throw error;
    throw forbidden(paths.directory, error);
  });
}

async function makeAll(paths: StorePaths): Promise<void> {
  // What containers and users of other ids may reach is their own root alone: trees hold set-id programs.
  await makeDirectory(paths.directory, 0o711);
  await makeDirectory(paths.roots, 0o711);
  for (const each of [paths.trees, paths.pulls, paths.locks]) await makeDirectory(each, 0o700);
  for (const each of [path.dirname(paths.blobs), paths.blobs]) await makeDirectory(each, 0o700);
  if ((await readText(paths.ociLayout)) === undefined)
    await atomicWriteFile(paths.ociLayout, OCI_LAYOUT, { mode: 0o644 });
}

/** One that is there keeps its mode. */
async function makeDirectory(directory: string, mode: number): Promise<void> {
  // It never has a wider mode, however this ends; the umask may have narrowed it.
  if (await makeDirectories(directory, mode)) await chmod(directory, mode);
}
