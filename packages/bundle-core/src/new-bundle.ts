import { chmodSync, lstatSync, mkdirSync, rmdirSync, type Stats, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { atomicMakeDirectory, atomicMakeDirectorySync } from '@shimwright/fs-atomic';
import type { Bundle } from './bundle.ts';
import {
  type BundlePlan,
  type NewBundleOptions,
  type NewBundleSyncOptions,
  planBundle,
} from './bundle-plan.ts';
import { BundleError, hasCode } from './errors.ts';

// Others may pass through the roots, to what is theirs below; into a bundle's own directories they may not.
const ROOT_MODE = 0o711;
const WORK_MODE = 0o700;
const ROOTFS_MODE = 0o711;

// The environment of a process often holds secrets. No fsync: a container does not survive the machine either.
const CONFIG = { mode: 0o600, flag: 'wx' } as const;

/**
 * Makes a bundle: `path/ID` with `config.json` and an empty `rootfs`, which appear whole or not at all, and
 * `workDir/ID`. Missing parents are made, 0711, and stay. Of several makers of one id exactly one succeeds; when a
 * step fails, what was made is removed again, and only that.
 *
 * @returns the bundle, as `loadBundle` gives it.
 * @throws {BundleError} before the disk is touched, `ERR_BUNDLE_ID`, `ERR_BUNDLE_PATH` or `ERR_BUNDLE_SPEC`;
 * `ERR_BUNDLE_EXISTS` when there is a bundle of that id, or something that is none in its place.
 */
export async function newBundle(options: NewBundleOptions): Promise<Bundle> {
  const plan = planBundle(options);
  const { signal } = options;
  signal?.throwIfAborted();
  const { bundle } = plan;
  const madeWork = await makeWorkDir(bundle.workDir);
  try {
    const making = () =>
      atomicMakeDirectory(bundle.path, (hidden) => fill(hidden, plan), {
        ...plan.directory,
        ...(signal && { signal }),
      });
    await withParents(bundle.path, making);
    return bundle;
  } catch (error) {
    if (madeWork && !(await isThere(bundle.path))) await rmdir(bundle.workDir).catch(() => {});
    throw asBundleError(error, bundle);
  }
}

/**
 * The same as `newBundle`, and all of it before it returns.
 *
 * @returns the bundle, as `loadBundle` gives it.
 * @throws {BundleError} `ERR_BUNDLE_ID`, `ERR_BUNDLE_PATH`, `ERR_BUNDLE_SPEC` and `ERR_BUNDLE_EXISTS`, as `newBundle` does.
 */
export function newBundleSync(options: NewBundleSyncOptions): Bundle {
  const plan = planBundle(options);
  const { bundle } = plan;
  const madeWork = makeWorkDirSync(bundle.workDir);
  try {
    const making = () =>
      atomicMakeDirectorySync(bundle.path, (hidden) => fillSync(hidden, plan), plan.directory);
    withParentsSync(bundle.path, making);
    return bundle;
  } catch (error) {
    if (madeWork && !isThereSync(bundle.path)) removeQuietly(bundle.workDir);
    throw asBundleError(error, bundle);
  }
}

async function fill(hidden: string, { config }: BundlePlan): Promise<void> {
  const parts = [
    makeRootfs(path.join(hidden, 'rootfs')),
    writeFile(path.join(hidden, 'config.json'), config, CONFIG),
  ];
  await Promise.allSettled(parts); // when one fails, the other must not go on while all is removed
  await Promise.all(parts);
}

async function makeRootfs(rootfs: string): Promise<void> {
  await mkdir(rootfs, ROOTFS_MODE);
  if (isMasked(ROOTFS_MODE)) await chmod(rootfs, ROOTFS_MODE);
}

function fillSync(hidden: string, { config }: BundlePlan): void {
  const rootfs = path.join(hidden, 'rootfs');
  mkdirSync(rootfs, ROOTFS_MODE);
  if (isMasked(ROOTFS_MODE)) chmodSync(rootfs, ROOTFS_MODE);
  writeFileSync(path.join(hidden, 'config.json'), config, CONFIG);
}

/** Whether the umask takes something from this mode, which the container's root needs to get in. */
function isMasked(mode: number): boolean {
  return (process.umask() & mode) !== 0;
}

/** Makes the work directory, or takes the one that a crash or an earlier bundle of the id left. */
async function makeWorkDir(workDir: string): Promise<boolean> {
  try {
    await withParents(workDir, () => mkdir(workDir, WORK_MODE));
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (mustNarrow(await lstat(workDir), workDir)) await chmod(workDir, WORK_MODE);
    return false;
  }
}

function makeWorkDirSync(workDir: string): boolean {
  try {
    withParentsSync(workDir, () => mkdirSync(workDir, WORK_MODE));
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (mustNarrow(lstatSync(workDir), workDir)) chmodSync(workDir, WORK_MODE);
    return false;
  }
}

/** @throws {BundleError} `ERR_BUNDLE_EXISTS` for a link or a file in its place, or a directory of another user. */
function mustNarrow(stats: Stats, workDir: string): boolean {
  if (stats.isDirectory() && stats.uid === (process.geteuid?.() ?? stats.uid))
    return (stats.mode & 0o077) !== 0;
  throw new BundleError(
    'ERR_BUNDLE_EXISTS',
    `${workDir} is not a directory of this user, and cannot be a work directory; remove it`,
    { path: workDir },
  );
}

/** Makes something; where its parents are missing, these first. They are not removed: they belong to all bundles. */
async function withParents<Made>(target: string, make: () => Promise<Made>): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    await makeParent(path.dirname(target));
    return make();
  }
}

// One by one, since Node's recursive mkdir makes an ENOENT of whatever else hinders it.

async function makeParent(parent: string): Promise<void> {
  try {
    await withParents(parent, () => mkdir(parent, ROOT_MODE));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error; // somebody else was faster; what is no directory shows in the next step
  }
}

function withParentsSync<Made>(target: string, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    makeParentSync(path.dirname(target));
    return make();
  }
}

function makeParentSync(parent: string): void {
  try {
    withParentsSync(parent, () => mkdirSync(parent, ROOT_MODE));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

function isThereSync(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function removeQuietly(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Somebody uses it; the first failure is the one that matters.
  }
}

function asBundleError(error: unknown, { id, path: bundlePath }: Bundle): unknown {
  if (!hasCode(error, 'ERR_ATOMIC_EXISTS')) return error;
  return new BundleError(
    'ERR_BUNDLE_EXISTS',
    `${bundlePath} exists already: load the bundle, delete it, or choose another id than ${id}`,
    { path: bundlePath, cause: error },
  );
}
