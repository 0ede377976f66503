import { existsSync } from 'node:fs';
import { chmod, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mountInBackground } from '@shimwright/linux-native';
import { ContainerError } from '../errors.ts';
import { isRoot } from '../place.ts';
import type { RootfsMount } from '../task.ts';
import { hasOverlay, overlayMount } from './overlay.ts';

/** Where the root of a container comes from. */
export interface RootRequest {
  /** The directory that has its files. */
  readonly source: string;
  /** The container's own directory on the disk. */
  readonly workDir: string;
  readonly readonly: boolean;
  readonly diskBytes: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The name of the writable layer in the container's work directory. */
export const LAYER = 'layer';

/** What `root.path` of the spec is to be: root has its root mounted, others have it as it is. */
export function rootPath({
  source,
  workDir,
  readonly,
}: Pick<RootRequest, 'source' | 'workDir' | 'readonly'>): string {
  if (isRoot()) return 'rootfs';
  return readonly ? source : copyIn(path.join(workDir, LAYER));
}

function copyIn(layer: string): string {
  return path.join(layer, 'root');
}

/**
 * A root that the container may write to without changing its source: by an overlay, or by a copy where there is none.
 *
 * @returns what its shim mounts.
 * @throws {ContainerError} `ERR_CONTAINER_ROOTLESS`, `ERR_CONTAINER_CREATE`.
 */
export async function prepareRoot(request: RootRequest): Promise<RootfsMount[]> {
  const { source, workDir, signal } = request;
  // Root's has a layer all the same, for the places where something is mounted and the source has nothing.
  if (request.readonly && !isRoot()) return [];
  const layer = path.join(workDir, LAYER);
  await mkdir(layer, { mode: 0o711 });
  await chmod(workDir, 0o711); // root in a user namespace has to pass
  if (request.diskBytes !== undefined) await limitLayer(layer, request.diskBytes);
  signal?.throwIfAborted();
  if (isRoot() && (await hasOverlay(layer))) {
    const { mode } = await stat(source);
    for (const name of ['upper', 'work']) await mkdir(path.join(layer, name));
    await chmod(path.join(layer, 'upper'), mode & 0o7777); // it is what `/` shows
    return preparedMounts(source, workDir);
  }
  const { copyTree } = await import('@shimwright/oci-image');
  await copyTree(source, copyIn(layer), { oneFileSystem: true, signal });
  return preparedMounts(source, workDir);
}

/** What the shim of a container mounts whose root is prepared. */
export function preparedMounts(source: string, workDir: string): RootfsMount[] {
  if (!isRoot()) return [];
  const layer = path.join(workDir, LAYER);
  if (existsSync(path.join(layer, 'upper'))) return [overlayMount(source, layer)];
  return [{ type: 'bind', source: copyIn(layer), options: ['rbind'] }];
}

/** The directory that `rootfs` names. @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`. */
export async function rootDirectory(rootfs: string | URL): Promise<string> {
  const directory = path.resolve(typeof rootfs === 'string' ? rootfs : fileURLToPath(rootfs));
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return directory;
  throw new ContainerError('ERR_CONTAINER_ARGUMENT', `rootfs ${directory} is no directory`, {
    option: 'rootfs',
    path: directory,
  });
}

async function limitLayer(layer: string, diskBytes: number): Promise<void> {
  if (!isRoot()) {
    throw new ContainerError(
      'ERR_CONTAINER_ROOTLESS',
      'diskBytes takes a mount, which only root can make: leave it out, or run as root',
      { option: 'diskBytes' },
    );
  }
  const options = [`size=${diskBytes}`, 'mode=711', 'nodev'];
  await mountInBackground({ type: 'tmpfs', source: 'tmpfs', target: layer, options });
}
