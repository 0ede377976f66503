import { closeSync, constants, openSync } from 'node:fs';
import path from 'node:path';
import { type Bundle, loadSpec } from '@shimwright/bundle-core';
import { ContainerError, codeOf } from './errors.ts';
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
  const root = await openRunningRoot(bundle.id, task);
  return root ?? openDirectory(path.resolve(bundle.path, (await loadSpec(bundle)).root?.path ?? 'rootfs'));
}

/** A descriptor of the root that the processes of a container see; undefined once it has ended. */
export async function openRunningRoot(id: string, task: Task): Promise<number | undefined> {
  for (;;) {
    const { status, pid } = await task.state(id);
    if (status === 'stopped') return undefined;
    const root = openIfRunning(pid);
    // The number could have become another process's between the two.
    const later = await task.state(id);
    const isSame = later.status !== 'stopped' && later.pid === pid;
    if (root !== undefined && isSame) return root;
    if (root !== undefined) closeSync(root);
    else if (isSame) throw new ContainerError('ERR_CONTAINER_STATE', `${id} is about to end`, { id });
  }
}

function openIfRunning(pid: number): number | undefined {
  try {
    return openDirectory(`/proc/${pid}/root`);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined; // it has ended just now
    throw error;
  }
}

function openDirectory(directory: string): number {
  return openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
}
