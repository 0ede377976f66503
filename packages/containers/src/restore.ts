import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { listBundles } from '@shimwright/bundle-core';
import { atomicDelete } from '@shimwright/fs-atomic';
import type { Finding } from '@shimwright/runtime-v1';
import { Container } from './container.ts';
import { codeOf } from './errors.ts';
import { loadRecord } from './load-record.ts';
import { recorderFor } from './logs/ensure-recorder.ts';
import { LOG, logFiles } from './logs/log-files.ts';
import { checkOptions } from './options/check-options.ts';
import { placeChecks, waitChecks } from './options/option-checks.ts';
import type { WaitOptions } from './options/wait-options.ts';
import { type Place, type PlaceOptions, placeOf } from './place.ts';
import { removeOrphanRoots } from './root/image-files.ts';
import { LAYER } from './root/prepare-root.ts';
import { isUnfinished, reachToStart } from './start-again.ts';
import { cleanDead, reachTask } from './task.ts';

/** What is there after a crash or a restart. */
export interface Restored {
  /** Those that go on, and those that have ended and can tell how. */
  readonly containers: Container[];
  /** What was dead, and was removed; what could not be has an `error`. */
  readonly removed: Finding[];
}

/**
 * Takes over what earlier processes have left: starts the shims anew that were killed, which go on with their containers, has the logs
 * written again, and removes what is dead. What lives is not touched; twice, or in two processes at once, it does no harm.
 */
export async function restore(options: PlaceOptions & WaitOptions = {}): Promise<Restored> {
  checkOptions(options, { ...placeChecks, ...waitChecks });
  const place = placeOf(options);
  const { signal } = options;
  for (const bundle of await listBundles({ path: place.bundles, workDir: place.work })) {
    const reach = isUnfinished(bundle) ? reachToStart : reachTask;
    const task = await reach(bundle, place, signal).catch(() => undefined); // what is dead is found below
    signal?.throwIfAborted();
    await task?.close();
  }
  const found = await cleanDead(place, { signal });
  await removeOrphans(place);
  await removeOrphanRoots(place);
  const containers: Container[] = [];
  for (const bundle of await listBundles({ path: place.bundles, workDir: place.work })) {
    const record = await loadRecord(bundle).catch((error: unknown) => {
      if (codeOf(error) !== 'ERR_CONTAINER_NOT_FOUND') throw error;
    });
    if (!record) continue;
    await recorderFor(place, logFiles(bundle).recording)();
    containers.push(new Container(bundle, place, record));
  }
  return { containers, removed: found.filter(({ cleaned, error }) => cleaned || error !== undefined) };
}

/** The logs and layers of containers that were lost when the machine was restarted. What is not certainly such stays. */
async function removeOrphans({ bundles, work }: Place): Promise<void> {
  const ids = await readdir(work).catch(() => []);
  for (const id of ids) {
    if (id.startsWith('.') || existsSync(path.join(bundles, id))) continue;
    const directory = path.join(work, id);
    const names = await readdir(directory).catch(() => ['?']);
    const isOurs =
      names.length > 0 &&
      names.every((name) => [LOG, `${LOG}.1`, LAYER].includes(name) || name.endsWith('.log'));
    if (isOurs && !existsSync(path.join(bundles, id))) await atomicDelete(directory);
  }
}
