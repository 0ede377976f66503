import { existsSync } from 'node:fs';
import type { Bundle } from '@shimwright/bundle-core';
import { mountsWithin } from '@shimwright/fs-atomic';
import { unmountAllInBackground } from '@shimwright/linux-native';
import { codeOf } from './errors.ts';
import type { Place } from './place.ts';
import { removeImageRoot } from './root/image-files.ts';
import { cleanDead, reachTask, type Task } from './task.ts';

/** How long a container may take to end once it was killed, and a call of its shim to answer. */
const LIMIT_MS = 30_000;

const SIGKILL = 9;

/**
 * Removes a container, whatever it is about: its processes are killed, and its shim, mounts, pipes, log and layer go. What is gone already is
 * no error.
 *
 * @param task its shim, where it is at hand; it is closed.
 * @throws {BundleError} `ERR_BUNDLE_BUSY` where something stays mounted.
 */
export async function destroy(bundle: Bundle, place: Place, task?: Task): Promise<void> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const reached = task ?? (await reachTask(bundle, place, signal).catch(() => undefined));
  if (reached) await endTask(bundle.id, reached, signal);
  else if (existsSync(bundle.path)) await cleanDead(place, { signal, settleMs: 0 }).catch(() => {});
  await unmountWithin(bundle.path);
  await unmountWithin(bundle.workDir);
  const ends = await Promise.allSettled([removeImageRoot(place, bundle.id), bundle.delete()]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function endTask(id: string, task: Task, signal: AbortSignal): Promise<void> {
  const options = { signal };
  const state = await task.state(id, options).catch(() => undefined);
  if (state && state.status !== 'stopped') {
    await task.kill(id, SIGKILL, options).catch(() => {}); // it may have ended just now
    if (state.status === 'paused') await task.resume(options).catch(() => {}); // what is frozen does not die
    await task.wait(id, options).catch(() => {});
  }
  await task.delete(options).catch(() => {}); // one that was never created has nothing to delete
  await task.endShim(options).catch(() => {});
  await task.close();
}

async function unmountWithin(directory: string): Promise<void> {
  const mounts = await mountsWithin(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const mount of [...mounts].reverse()) await unmountAllInBackground(mount);
}
