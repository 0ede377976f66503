import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { hasCode } from '../errors.ts';
import type { Descriptor } from './descriptor.ts';
import { blobFile } from './store-paths.ts';

const NAME = /^[0-9a-f]{64}$/;

/** Gives blobs of one directory, by default all, a name in another too. Those that it has stay as they are. */
export async function linkBlobs(from: string, to: string, only?: ReadonlySet<string>): Promise<void> {
  for (const name of await blobNames(from)) {
    if (!only || only.has(name)) await linkBlob(path.join(from, name), path.join(to, name));
  }
}

async function linkBlob(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    // A file system without hard links, or one with too many to that blob: what is new is moved.
    if (!hasCode(error, 'EPERM', 'EMLINK', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS')) throw error;
    await rename(source, target);
  }
}

/** The blobs of a directory. */
export async function blobNames(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => NAME.test(name));
}

/** Those that are missing, or are not of their size. */
export async function wrongSizes(
  blobs: string,
  descriptors: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  const isWrong = await Promise.all(
    descriptors.map(async ({ digest, size }) => (await sizeOf(blobFile(blobs, digest))) !== size),
  );
  return descriptors.filter((_, index) => isWrong[index]);
}

/** Those whose content is not what the digest says. It reads all of them. */
export async function wrongContents(
  blobs: string,
  descriptors: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  const wrong: Descriptor[] = [];
  for (const descriptor of descriptors) {
    const hash = createHash('sha256');
    const isRead = await pipeline(createReadStream(blobFile(blobs, descriptor.digest)), hash).then(
      () => true,
      () => false,
    );
    if (!isRead || `sha256:${hash.digest('hex')}` !== descriptor.digest) wrong.push(descriptor);
  }
  return wrong;
}

/** Takes blobs away, so that the next pull fetches them again. */
export async function removeBlobs(blobs: string, descriptors: readonly Descriptor[]): Promise<void> {
  for (const { digest } of descriptors) await rm(blobFile(blobs, digest), { force: true });
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
