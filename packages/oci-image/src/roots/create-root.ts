import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { atomicMakeDirectory } from '@shimwright/fs-atomic';
import { hasCode, ImageError, messageOf } from '../errors.ts';
import { findNamed } from '../image.ts';
import type { Named } from '../layout/index-file.ts';
import { makeStore } from '../layout/make-store.ts';
import { type StoreContext, whileLocked } from '../store-context.ts';
import type { IdMappings } from '../trees/id-mappings.ts';
import { openUp, removeTree } from '../trees/remove-tree.ts';
import { ensureTree, treeRootfs, UNPACK_LIMITS } from '../trees/tree.ts';
import { copyTree } from './copy-tree.ts';
import { mountRoot } from './mount-root.ts';
import { isImpossible, makeLayer, rootPlaces, unmountRoot } from './overlay.ts';
import type { RootRequest } from './root-options.ts';
import { RECORD, type RootKind, type RootRecord } from './root-record.ts';

/** Makes the root of a container, whole or not at all. */
export async function createRoot(
  context: StoreContext,
  request: RootRequest,
  signal: AbortSignal,
): Promise<RootRecord> {
  const { paths } = context;
  const { id, mappings } = request;
  const named = await findNamed(context, request.image, request.platform);
  await makeStore(paths);
  if (await isThere(path.join(paths.roots, id))) throw exists(id);
  const wanted = {
    blobs: paths.blobs,
    manifest: named.manifest,
    image: named.name,
    mappings,
    limits: UNPACK_LIMITS,
  };
  for (;;) {
    const tree = await ensureTree(context, wanted, signal);
    try {
      return await fromTree(context, request, named, tree, signal);
    } catch (error) {
      if (!(error instanceof TreeGone)) throw error;
    }
  }
}

/** A tree that nobody held yet was collected as garbage meanwhile. */
class TreeGone extends Error {}

async function fromTree(
  context: StoreContext,
  request: RootRequest,
  named: Named,
  tree: string,
  signal: AbortSignal,
): Promise<RootRecord> {
  const record = (kind: RootKind): RootRecord => ({
    id: request.id,
    image: named.name,
    digest: named.manifest.digest,
    tree,
    kind,
    writableBytes: request.writableBytes,
  });
  if (request.kind === 'copy') return make(context, record('copy'), request.mappings, signal);
  const overlay = await make(context, record('overlay'), request.mappings, signal);
  const problem = await mountOrUndo(context, overlay, request.mount, signal);
  if (problem === undefined) return overlay;
  if (!isImpossible(problem.error)) throw problem.error;
  if (request.kind === 'overlay' || request.writableBytes !== undefined)
    throw noOverlay(problem.error, request);
  return make(context, record('copy'), request.mappings, signal);
}

/** The directory of a root, with all but its mounts. Its record holds the tree from the beginning on. */
async function make(
  context: StoreContext,
  record: RootRecord,
  mappings: IdMappings,
  signal: AbortSignal,
): Promise<RootRecord> {
  const { paths } = context;
  const rootfs = treeRootfs(paths, record.tree);
  const fill = async (hidden: string) => {
    await whileLocked(context, signal, async () => {
      if (!(await isThere(rootfs))) throw new TreeGone();
      await writeFile(path.join(hidden, RECORD), JSON.stringify(record), { mode: 0o600 });
    });
    const places = rootPlaces(hidden);
    await mkdir(places.rootfs);
    if (record.kind === 'copy') {
      await copyTree(rootfs, places.rootfs, { signal }).catch(async (error: unknown) => {
        await openUp(hidden);
        throw error;
      });
      return;
    }
    await mkdir(places.layer, { mode: 0o700 });
    if (record.writableBytes === undefined) await makeLayer(places, rootfs);
  };
  const directory = path.join(paths.roots, record.id);
  await atomicMakeDirectory(directory, fill, { ...accessOf(mappings), signal }).catch((error: unknown) => {
    throw hasCode(error, 'ERR_ATOMIC_EXISTS') ? exists(record.id) : error;
  });
  return record;
}

/** The container's root must get to its files, and no user of the host to the set-id programs there. */
function accessOf({ gidMappings }: IdMappings): { mode: number; owner?: { uid: number; gid: number } } {
  const group = gidMappings.find(({ containerID }) => containerID === 0)?.hostID;
  if (group === undefined || process.geteuid?.() !== 0) return { mode: 0o700 };
  return { mode: 0o710, owner: { uid: 0, gid: group } };
}

async function mountOrUndo(
  context: StoreContext,
  record: RootRecord,
  isMounted: boolean,
  signal: AbortSignal,
): Promise<{ readonly error: unknown } | undefined> {
  try {
    await mountRoot(context, record, isMounted);
    signal.throwIfAborted();
    return undefined;
  } catch (error) {
    const directory = path.join(context.paths.roots, record.id);
    await unmountRoot(rootPlaces(directory));
    await removeTree(directory);
    if (signal.aborted) throw error;
    return { error };
  }
}

function noOverlay(cause: unknown, { id, writableBytes }: RootRequest): ImageError {
  const why = writableBytes === undefined ? "`kind: 'overlay'`" : '`writableBytes`';
  const message = `the root of ${id} needs overlayfs for ${why}, which cannot be had here: ${messageOf(cause)}`;
  return new ImageError('ERR_IMAGE_UNSUPPORTED', message, { cause });
}

function exists(id: string): ImageError {
  return new ImageError('ERR_IMAGE_EXISTS', `there is a root of the id ${id} already`);
}

async function isThere(directory: string): Promise<boolean> {
  try {
    await stat(directory);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
