import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { atomicMakeDirectory, atomicMakeDirectorySync, isInMemory } from '@shimwright/fs-atomic';
import type { Bundle } from './bundle.ts';
import {
  type BundlePlan,
  type NewBundleOptions,
  type NewBundleSyncOptions,
  planBundle,
} from './bundle-plan.ts';
import { checkSignal } from './check-options.ts';
import { BundleError, hasCode } from './errors.ts';
import { chmod, mkdir, writeNewFile } from './file-system.ts';
import { withParents, withParentsSync } from './parents.ts';
import { type FollowedSignal, followSignal } from './signal-until.ts';
import {
  keepWorkDir,
  makeWorkDir,
  makeWorkDirSync,
  refuseForeign,
  refuseForeignSync,
  removeWorkDir,
  type WorkDirProgress,
} from './work-dir.ts';

const ROOTFS_MODE = 0o711;

// The environment of a process often holds secrets. No fsync: a container does not survive the machine either.
const CONFIG_MODE = 0o600;
const CONFIG = { encoding: 'utf8', mode: CONFIG_MODE, flag: 'wx' } as const;

/**
 * Makes a bundle: `path/ID` with `config.json` and an empty `rootfs`, which appears completely or not at all, and
 * `workDir/ID`. Missing parents are made with mode 0711, and stay. If several callers make one id, exactly one succeeds.
 * If a step fails, everything that was made is removed again, and nothing else. All modes are exact, whatever the umask.
 *
 * @returns the bundle, as `loadBundle` returns it.
 * @throws {BundleError} before the disk is touched: `ERR_BUNDLE_ID`, `ERR_BUNDLE_PATH`, `ERR_BUNDLE_SPEC`,
 * `ERR_BUNDLE_ARGUMENT`, or `ERR_BUNDLE_ROOTLESS` for a map of groups that only root could provide; `ERR_BUNDLE_EXISTS` if
 * a bundle of that id, or anything else, is in its place.
 */
export async function newBundle(options: NewBundleOptions): Promise<Bundle> {
  const plan = planBundle(options);
  const { bundle } = plan;
  const abort = followSignal(checkSignal(options.signal));
  const work: WorkDirProgress = { isMade: false };
  const making = () =>
    atomicMakeDirectory(bundle.path, (hidden) => fill(hidden, plan, work, abort), {
      ...plan.directory,
      ...(abort.signal && { signal: abort.signal }),
    });
  try {
    await withParents(bundle.path, making, () => refuseForeign(bundle.workDir));
    if (!work.isMade) keepWorkDir(bundle.workDir);
    return bundle;
  } catch (error) {
    if (work.isMade) removeWorkDir(bundle.workDir, bundle.path);
    throw asBundleError(error, bundle);
  } finally {
    abort.letGo();
  }
}

/**
 * The synchronous form of `newBundle`.
 *
 * @returns the bundle, as `loadBundle` gives it.
 * @throws {BundleError} `ERR_BUNDLE_ID`, `ERR_BUNDLE_PATH`, `ERR_BUNDLE_SPEC`, `ERR_BUNDLE_ARGUMENT`,
 * `ERR_BUNDLE_ROOTLESS` and `ERR_BUNDLE_EXISTS`, as `newBundle` does.
 */
export function newBundleSync(options: NewBundleSyncOptions): Bundle {
  const plan = planBundle(options);
  const { bundle } = plan;
  const work: WorkDirProgress = { isMade: false };
  const making = () =>
    atomicMakeDirectorySync(
      bundle.path,
      (hidden) => {
        fillSync(hidden, plan);
        makeWorkDirSync(bundle.workDir, work);
      },
      plan.directory,
    );
  try {
    withParentsSync(bundle.path, making, () => refuseForeignSync(bundle.workDir));
    if (!work.isMade) keepWorkDir(bundle.workDir);
    return bundle;
  } catch (error) {
    if (work.isMade) removeWorkDir(bundle.workDir, bundle.path);
    throw asBundleError(error, bundle);
  }
}

// The work directory comes last, right before the bundle takes its name, with no way to give up in between: whoever aborts
// has made none, and need not remove one that another maker of the id may have taken.

async function fill(
  hidden: string,
  plan: BundlePlan,
  work: WorkDirProgress,
  abort: FollowedSignal,
): Promise<void> {
  // In memory, a trip to libuv's threads takes ten times as long as what is done there.
  if (await isInMemory(path.dirname(hidden))) fillSync(hidden, plan);
  else await fillSlowly(hidden, plan);
  abort.signal?.throwIfAborted();
  abort.letGo();
  const { workDir } = plan.bundle;
  if (await isInMemory(path.dirname(workDir))) makeWorkDirSync(workDir, work);
  else await makeWorkDir(workDir, work);
}

async function fillSlowly(hidden: string, { config }: BundlePlan): Promise<void> {
  const parts = [makeRootfs(`${hidden}/rootfs`), writeNewFile(`${hidden}/config.json`, config, CONFIG_MODE)];
  await Promise.allSettled(parts); // when one fails, the other must not go on while all is removed
  await Promise.all(parts);
}

// Never by a change of the umask, which belongs to all threads of the process: files that another one makes at that
// moment would be open to everybody. So each mode is set once more.

async function makeRootfs(rootfs: string): Promise<void> {
  await mkdir(rootfs, ROOTFS_MODE);
  await chmod(rootfs, ROOTFS_MODE);
}

function fillSync(hidden: string, { config }: BundlePlan): void {
  const rootfs = `${hidden}/rootfs`;
  mkdirSync(rootfs, ROOTFS_MODE);
  chmodSync(rootfs, ROOTFS_MODE);
  const file = `${hidden}/config.json`;
  writeFileSync(file, config, CONFIG);
  chmodSync(file, CONFIG_MODE);
}

function asBundleError(error: unknown, { id, path: bundlePath }: Bundle): unknown {
  if (!hasCode(error, 'ERR_ATOMIC_EXISTS')) return error;
  return new BundleError(
    'ERR_BUNDLE_EXISTS',
    `${bundlePath} exists already: load the bundle, delete it, or choose another id than ${id}`,
    { path: bundlePath, cause: error },
  );
}
