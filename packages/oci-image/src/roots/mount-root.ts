import { stat } from 'node:fs/promises';
import path from 'node:path';
import { mountsWithin } from '@shimwright/fs-atomic';
import { type MountRequest, mountInBackground } from '@shimwright/linux-native';
import type { StoreContext } from '../store-context.ts';
import { treeRootfs } from '../trees/tree.ts';
import { layerMount, makeLayer, mountOverlay, overlayMount, rootPlaces } from './overlay.ts';
import type { RootRecord } from './root-record.ts';

/**
 * Mounts what of a root is not mounted: the memory of its layer and, unless somebody else does, the root itself. A root that is a copy
 * needs none.
 */
export async function mountRoot(
  context: StoreContext,
  record: RootRecord,
  withRootfs: boolean,
): Promise<void> {
  if (record.kind === 'copy') return;
  const { paths } = context;
  const places = rootPlaces(path.join(paths.roots, record.id));
  const tree = treeRootfs(paths, record.tree);
  const mounted = await mountsWithin(path.join(paths.roots, record.id));
  if (record.writableBytes !== undefined && !mounted.includes(places.layer)) {
    await mountInBackground(layerMount(places, record.writableBytes));
    await makeLayer(places, tree);
  }
  if (withRootfs && !mounted.includes(places.rootfs)) await mountOverlay(overlayMount(places, tree));
}

/** What a shim is to mount at the root of its bundle. */
export function mountsOf({ paths }: StoreContext, record: RootRecord): readonly MountRequest[] {
  const places = rootPlaces(path.join(paths.roots, record.id));
  if (record.kind === 'overlay') return [overlayMount(places, treeRootfs(paths, record.tree))];
  return [{ type: 'bind', source: places.rootfs, target: '', options: ['rbind', 'rw'] }];
}

/** Whether the root can be used now. */
export async function isMounted({ paths }: StoreContext, record: RootRecord): Promise<boolean> {
  if (record.kind === 'copy') return true;
  const { rootfs } = rootPlaces(path.join(paths.roots, record.id));
  const [there, above] = await Promise.all([stat(rootfs), stat(path.dirname(rootfs))]);
  return there.dev !== above.dev;
}
