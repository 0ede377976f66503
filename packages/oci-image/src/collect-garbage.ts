import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type HiddenPath, hiddenPath } from '@shimwright/fs-atomic';
import { blobNames } from './layout/blobs.ts';
import { readIndex } from './layout/index-file.ts';
import { readManifest } from './layout/manifest.ts';
import { sweepLocks } from './locks/file-lock.ts';
import { type RootRecord, readRecord } from './roots/root-record.ts';
import { type StoreContext, whileLocked } from './store-context.ts';
import { removeTree, sweepTrees } from './trees/remove-tree.ts';

/** What was removed from a store. */
export interface Collected {
  /** How many blobs. */
  readonly blobs: number;
  /** How many bytes those had. */
  readonly bytes: number;
  /** How many unpacked images. */
  readonly trees: number;
  /** What killed processes had left. */
  readonly leftovers: number;
}

const TREE = /^[0-9a-f]{64}(?:-[a-z0-9]+)*$/;

/** Removes what no name and no container holds, and what killed processes left. What is being pulled stays. */
export async function collectGarbage(context: StoreContext, signal: AbortSignal): Promise<Collected> {
  const { paths } = context;
  const swept = await Promise.all(
    [paths.pulls, paths.trees, paths.roots].map((each) => sweepTrees(each, signal)),
  );
  const hidden: HiddenPath[] = [];
  try {
    const removed = await whileLocked(context, signal, async () => {
      const held = await whatIsHeld(context);
      const trees = await hideTrees(context, held.trees, hidden);
      return { ...(await removeBlobs(paths.blobs, held.blobs)), trees };
    });
    for (const { path: place } of hidden) await removeTree(place);
    await sweepLocks(paths.locks);
    return { ...removed, leftovers: swept.flat().length };
  } finally {
    for (const each of hidden) each.release();
  }
}

interface Held {
  /** The names of trees. */
  readonly trees: ReadonlySet<string>;
  /** The names of blobs, without `sha256:`. */
  readonly blobs: ReadonlySet<string>;
}

async function whatIsHeld({ paths }: StoreContext): Promise<Held> {
  const names = await readIndex(paths.index);
  const roots = await allRecords(paths.roots);
  const digests = new Set(names.map(({ manifest }) => manifest.digest));
  const blobs = new Set<string>();
  const hold = (digest: string) => blobs.add(digest.slice('sha256:'.length));
  for (const digest of new Set([...digests, ...roots.map((root) => root.digest)])) {
    hold(digest);
    const manifest = await readManifest(paths.blobs, digest, digest).catch(() => undefined);
    if (!manifest) continue;
    hold(manifest.config.digest);
    // A container needs its tree; a name needs the layers to make one.
    if (digests.has(digest)) for (const layer of manifest.layers) hold(layer.digest);
  }
  const trees = new Set(roots.map(({ tree }) => tree));
  for (const tree of await readdir(paths.trees))
    if (digests.has(`sha256:${tree.split('-')[0]}`)) trees.add(tree);
  return { trees, blobs };
}

/** Those of roots that are being made too: they hold their tree from the beginning on. */
async function allRecords(roots: string): Promise<readonly RootRecord[]> {
  const names = await readdir(roots);
  const records = await Promise.all(names.map((name) => readRecord(roots, name)));
  return records.filter((record) => record !== undefined);
}

/** Takes the trees that nobody holds out of sight; to remove them takes longer than others should wait. */
async function hideTrees(
  { paths }: StoreContext,
  held: ReadonlySet<string>,
  hidden: HiddenPath[],
): Promise<number> {
  let count = 0;
  for (const name of await readdir(paths.trees)) {
    if (!TREE.test(name) || held.has(name)) continue;
    const place = hiddenPath(paths.trees, 'garbage');
    hidden.push(place);
    await rename(path.join(paths.trees, name), place.path);
    count += 1;
  }
  return count;
}

async function removeBlobs(
  blobs: string,
  held: ReadonlySet<string>,
): Promise<{ blobs: number; bytes: number }> {
  let bytes = 0;
  const unheld = (await blobNames(blobs)).filter((name) => !held.has(name));
  for (const name of unheld) {
    const file = path.join(blobs, name);
    bytes += (await stat(file)).size;
    await rm(file);
  }
  return { blobs: unheld.length, bytes };
}
