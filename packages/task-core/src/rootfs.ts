import { setTimeout as delay } from 'node:timers/promises';
import {
  isSystemError,
  makeDirectoriesSync,
  mount,
  mountInBackground,
  unmountAll,
  unmountAllInBackground,
} from '@shimwright/linux-native';
import { messageOf, TaskError } from './errors.ts';
import { idMapsOf, mountMapped } from './mapped-mount.ts';
import type { RootfsMount } from './requests.ts';

// How often, and how long apart, containerd tries to unmount what somebody looks at just now.
const BUSY_TRIES = 50;
const BUSY_MS = 50;

const ONLY_ROOT =
  ' (only root can mount: give no rootfs mounts, and name the directory in root.path of the spec instead)';

/** Whether a mount takes as long as a disk or another machine takes to answer. */
export function isSlow({ type, options }: RootfsMount): boolean {
  return type !== 'bind' && !options.includes('bind') && !options.includes('rbind');
}

/**
 * Mounts one thing on the other at `target`, which is made.
 *
 * @throws {TaskError} `ERR_TASK_MOUNT`; what was mounted before stays.
 */
export async function mountRootfs(mounts: readonly RootfsMount[], target: string): Promise<void> {
  if (target === '') return;
  makeDirectoriesSync(target, 0o711, 0o711);
  for (const request of mounts) {
    try {
      const maps = idMapsOf(request.options);
      if (maps) await mountMapped({ ...request, target }, maps);
      // A thread for it takes longer than a bind mount itself.
      else if (isSlow(request)) await mountInBackground({ ...request, target });
      else mount({ ...request, target });
    } catch (cause) {
      const hint = isSystemError(cause, 'EPERM') && process.geteuid?.() !== 0 ? ONLY_ROOT : '';
      const words = `failed to mount rootfs component ${request.source}: ${messageOf(cause)}${hint}`;
      throw new TaskError('ERR_TASK_MOUNT', words, { path: target, cause });
    }
  }
}

/**
 * Undoes all that is mounted at `target`; nothing for an empty one. What is in use is tried again for 2.5 seconds.
 *
 * @param isSlowToUnmount whether it may take as long as a disk or another machine takes: then no thread of ours waits.
 * @throws {TaskError} `ERR_TASK_MOUNT`.
 */
export async function unmountRootfs(target: string, isSlowToUnmount = true): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      if (target === '') return;
      if (isSlowToUnmount) await unmountAllInBackground(target);
      else unmountAll(target);
      return;
    } catch (cause) {
      if (isSystemError(cause, 'EBUSY') && tries < BUSY_TRIES) {
        await delay(BUSY_MS);
        continue;
      }
      throw new TaskError('ERR_TASK_MOUNT', `failed rootfs umount: ${messageOf(cause)}`, {
        path: target,
        cause,
      });
    }
  }
}
