import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type MountRequest,
  mountInBackground,
  overlayOptions,
  unmountAllInBackground,
} from '@shimwright/linux-native';
import { hasCode, ImageError, messageOf } from '../errors.ts';

/** The directories of a root. */
export interface RootPlaces {
  /** Where the container's files are seen. */
  readonly rootfs: string;
  /** What holds the writable layer. */
  readonly layer: string;
  readonly upper: string;
  readonly work: string;
}

export function rootPlaces(directory: string): RootPlaces {
  const layer = path.join(directory, 'layer');
  return {
    rootfs: path.join(directory, 'rootfs'),
    layer,
    upper: path.join(layer, 'upper'),
    work: path.join(layer, 'work'),
  };
}

/** The directories of the layer; that of the root looks like the image's own. */
export async function makeLayer({ upper, work }: RootPlaces, tree: string): Promise<void> {
  const { mode, uid, gid } = await stat(tree);
  await mkdir(work, { mode: 0o700 });
  await mkdir(upper, { mode: 0o700 });
  await chown(upper, uid, gid);
  await chmod(upper, mode & 0o7777);
}

/** The mount that shows a container its root, for whoever makes it; overlayfs has changes go to the layer. */
export function overlayMount({ rootfs, upper, work }: RootPlaces, tree: string): MountRequest {
  return {
    type: 'overlay',
    source: 'overlay',
    target: rootfs,
    options: overlayOptions({ lower: tree, upper, work }),
  };
}

/** The mount of memory that limits what a layer can hold. */
export function layerMount({ layer }: RootPlaces, bytes: number): MountRequest {
  return { type: 'tmpfs', source: 'tmpfs', target: layer, options: [`size=${bytes}`, 'mode=0700'] };
}

/** Mounts, in a user namespace too. */
export async function mountOverlay(mount: MountRequest): Promise<void> {
  try {
    await mountInBackground(mount);
  } catch (error) {
    // Attributes of `trusted` are for root of the whole machine; a container's root has those of `user`.
    if (!hasCode(error, 'EPERM')) throw error;
    await mountInBackground({ ...mount, options: [...mount.options, 'userxattr'] });
  }
}

/** Whether a mount failed because this machine, this user or this file system cannot have it. */
export function isImpossible(error: unknown): boolean {
  return hasCode(
    error,
    'EPERM',
    'EACCES',
    'EINVAL',
    'ENODEV',
    'ENOSYS',
    'EOPNOTSUPP',
    'ERR_NATIVE_PLATFORM',
    'ERR_NATIVE_LIBRARY',
  );
}

/** Undoes the mounts of a root. @throws {ImageError} `ERR_IMAGE_BUSY`. */
export async function unmountRoot({ rootfs, layer }: RootPlaces): Promise<void> {
  for (const target of [rootfs, layer]) {
    await unmountAllInBackground(target).catch((error: unknown) => {
      if (hasCode(error, 'EPERM', 'ERR_NATIVE_PLATFORM', 'ERR_NATIVE_LIBRARY')) return; // then there are none of ours
      if (!hasCode(error, 'EBUSY')) throw error;
      throw new ImageError('ERR_IMAGE_BUSY', `${target} is in use: ${messageOf(error)}`, {
        path: target,
        cause: error,
      });
    });
  }
}
