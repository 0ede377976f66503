import { closeSync, constants, openSync } from 'node:fs';
import path from 'node:path';
import { type Bundle, loadSpec } from '@shimwright/bundle-core';
import { ContainerError } from './errors.ts';
import { isRoot } from './place.ts';
import type { Task } from './task.ts';

/**
 * A descriptor of a container's root, as its processes see it while it runs, and as its shim has mounted it otherwise.
 *
 * @throws {ContainerError} `ERR_CONTAINER_ROOTLESS`.
 */
export async function openRoot(bundle: Bundle, task: Task): Promise<number> {
  if (!isRoot()) {
    throw new ContainerError(
      'ERR_CONTAINER_ROOTLESS',
      'only root can copy into a container or out of it; mount a directory instead',
      {
        id: bundle.id,
      },
    );
  }
  const { status, pid } = await task.state(bundle.id);
  if (status === 'stopped')
    return openDirectory(path.resolve(bundle.path, (await loadSpec(bundle)).root?.path ?? 'rootfs'));
  const root = openDirectory(`/proc/${pid}/root`);
  // The number could have become another process's between the two.
  const later = await task.state(bundle.id);
  if (later.status !== 'stopped' && later.pid === pid) return root;
  closeSync(root);
  return openRoot(bundle, task);
}

function openDirectory(directory: string): number {
  return openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
}
