import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Bundle } from '@shimwright/bundle-core';
import type { ContainerRoot, ImageStore } from '@shimwright/oci-image';
import { ContainerError, codeOf } from '../errors.ts';
import type { ContainerOptions } from '../options/container-options.ts';
import { isRoot, type Place } from '../place.ts';
import type { RootfsMount } from '../task.ts';
import type { ContainerFiles } from './container-files.ts';
import { imageReference } from './image-reference.ts';

/** Whoever makes a container has made its bundle within this time after its root. */
const SETTLE_MS = 5_000;

/** The images of a place. They are loaded only by who has any. */
export async function storeOf({ images }: Place): Promise<ImageStore> {
  const { ImageStore } = await import('@shimwright/oci-image');
  return new ImageStore({ directory: images });
}

/** The files of an image, which is pulled where it is missing. @throws {ImageError} whatever keeps it from being had. */
export async function imageFiles(
  image: string,
  options: ContainerOptions,
  bundle: Bundle,
  place: Place,
): Promise<ContainerFiles> {
  const store = await storeOf(place);
  const { signal } = options;
  const name = await pulledName(store, image, options);
  signal?.throwIfAborted();
  const root = await newRoot(store, rootId(place, bundle.id), name, options, () => existsSync(bundle.path));
  try {
    const { args, entrypoint, env = {}, user, workdir } = options;
    const { process, stopSignal } = await root.spec({
      ...(args && { args }),
      ...(entrypoint && { entrypoint }),
      ...(user !== undefined && { user }),
      ...(workdir !== undefined && { workdir }),
      env: Object.entries(env).map(([variable, value]) => `${variable}=${value}`),
    });
    return {
      image: name,
      rootfs: undefined,
      args: process.args,
      env: process.env,
      workdir: process.cwd,
      user: process.user,
      stopSignal: options.stopSignal ?? (stopSignal || 'SIGTERM'),
      rootPath: isRoot() ? 'rootfs' : root.path,
      prepare: async () => mountsOf(root),
      discard: () => root.remove(),
    };
  } catch (error) {
    await root.remove();
    throw error;
  }
}

/** What the shim of a container mounts that has its root from an image. @throws {ImageError} `ERR_IMAGE_ROOT_NOT_FOUND`. */
export async function imageRootMounts(place: Place, id: string): Promise<RootfsMount[]> {
  const store = await storeOf(place);
  return mountsOf(await store.root(rootId(place, id)));
}

function mountsOf({ mounts }: ContainerRoot): RootfsMount[] {
  if (!isRoot()) return [];
  return mounts.map(({ type, source, options }) => ({ type, source, options: [...options] }));
}

/** Removes the root that a container had from an image. One that is gone, or never was, is no error. */
export async function removeImageRoot(place: Place, id: string): Promise<void> {
  if (!existsSync(place.images)) return;
  const store = await storeOf(place);
  const root = await store.root(rootId(place, id)).catch((error: unknown) => {
    if (codeOf(error) !== 'ERR_IMAGE_ROOT_NOT_FOUND') throw error;
  });
  await root?.remove();
}

/** Removes the roots of containers that are gone, such as those of before the machine was restarted. */
export async function removeOrphanRoots(place: Place): Promise<void> {
  if (!existsSync(place.images)) return;
  const prefix = rootId(place, '');
  for (const root of await (await storeOf(place)).roots()) {
    if (!root.id.startsWith(prefix)) continue;
    const isLost = () => !existsSync(path.join(place.bundles, root.id.slice(prefix.length)));
    if (isLost() && (await isSettled(root)) && isLost()) await root.remove();
  }
}

/** Namespaces share a store, and one may begin like another, so each has a prefix of one length. */
function rootId({ namespace }: Place, id: string): string {
  return `${createHash('sha256').update(namespace).digest('hex').slice(0, 12)}.${id}`;
}

async function pulledName(store: ImageStore, image: string, options: ContainerOptions): Promise<string> {
  const { pull = 'missing', onPullProgress, signal } = options;
  const reference = await imageReference(image);
  if (pull !== 'always') {
    const present = await store.get(reference).catch((error: unknown) => {
      if (pull === 'never' || codeOf(error) !== 'ERR_IMAGE_UNKNOWN') throw error;
    });
    if (present) return present.name;
  }
  const pulled = await store.pull(reference, {
    when: pull === 'always' ? 'always' : 'missing',
    ...(onPullProgress && { onProgress: onPullProgress }),
    ...(signal && { signal }),
  });
  return pulled.name;
}

async function newRoot(
  store: ImageStore,
  id: string,
  image: string,
  { diskBytes, signal }: ContainerOptions,
  hasBundle: () => boolean,
): Promise<ContainerRoot> {
  const request = {
    ...{ id, image, mount: false },
    ...(!isRoot() && { kind: 'copy' as const }),
    ...(diskBytes !== undefined && { writableBytes: diskBytes }),
    ...(signal && { signal }),
  };
  try {
    return await store.createRoot(request);
  } catch (error) {
    if (codeOf(error) !== 'ERR_IMAGE_EXISTS') throw error;
    // It may be what a killed process has left.
    const old = await store.root(id).catch(() => undefined);
    if (hasBundle() || (old && !(await isSettled(old)))) {
      throw new ContainerError('ERR_CONTAINER_EXISTS', `there is a container ${id} already`, {
        id,
        cause: error,
      });
    }
    await old?.remove();
    return store.createRoot(request);
  }
}

async function isSettled(root: ContainerRoot): Promise<boolean> {
  const found = await stat(path.dirname(root.path)).catch(() => undefined);
  return found === undefined || Date.now() - found.ctimeMs > SETTLE_MS;
}
