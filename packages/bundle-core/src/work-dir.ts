import { chmodSync, existsSync, lstatSync, mkdirSync, rmdirSync, type Stats } from 'node:fs';
import { BundleError, hasCode } from './errors.ts';
import { chmod, lstat, mkdir } from './file-system.ts';
import { withParents, withParentsSync } from './parents.ts';

const WORK_MODE = 0o700;

/** How far a maker has come. */
export interface WorkDirProgress {
  /** Whether the work directory is one that it has made. */
  isMade: boolean;
}

/**
 * Makes a work directory, or takes the one that a crash, an earlier bundle of the id or another maker left.
 *
 * @throws {BundleError} `ERR_BUNDLE_EXISTS` for a link or a file in its place, or a directory of another user.
 */
export async function makeWorkDir(workDir: string, progress: WorkDirProgress): Promise<void> {
  try {
    await withParents(workDir, () => mkdir(workDir, WORK_MODE));
    progress.isMade = true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (!needsMode(await lstat(workDir), workDir)) return;
  }
  await chmod(workDir, WORK_MODE);
}

/** The synchronous form of `makeWorkDir`. */
export function makeWorkDirSync(workDir: string, progress: WorkDirProgress): void {
  try {
    withParentsSync(workDir, () => mkdirSync(workDir, WORK_MODE));
    progress.isMade = true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (!needsMode(lstatSync(workDir), workDir)) return;
  }
  chmodSync(workDir, WORK_MODE);
}

// A maker that fails removes the work directory it has made, which another maker may have taken. No lock is needed for
// that, since an empty directory is as good as another one: who removes looks afterwards whether there is a bundle, who has
// taken one looks after the bundle got its name, and whoever finds the directory missing makes it again.

/** Makes a work directory that was taken again, should its maker have removed it; the bundle is there, whatever comes. */
export function keepWorkDir(workDir: string): void {
  try {
    makeWorkDirSync(workDir, { isMade: false });
  } catch {
    // It was there a moment ago, and almost certainly is.
  }
}

/** Removes the work directory that a maker has made and that failed, unless somebody else's bundle needs it. */
export function removeWorkDir(workDir: string, bundlePath: string): void {
  try {
    if (existsSync(bundlePath)) return;
    rmdirSync(workDir);
    if (existsSync(bundlePath)) keepWorkDir(workDir);
  } catch {
    // Somebody uses it; the first failure is the one that matters.
  }
}

/**
 * Makes sure that what is at the place of a work directory could be one.
 *
 * @throws {BundleError} as `makeWorkDir` does.
 */
export async function refuseForeign(workDir: string): Promise<void> {
  const stats = await lstat(workDir).catch(noneIfMissing);
  if (stats) checkOurs(stats, workDir);
}

/** The synchronous form of `refuseForeign`. */
export function refuseForeignSync(workDir: string): void {
  const stats = lstatSync(workDir, { throwIfNoEntry: false });
  if (stats) checkOurs(stats, workDir);
}

function noneIfMissing(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}

function needsMode(stats: Stats, workDir: string): boolean {
  checkOurs(stats, workDir);
  return (stats.mode & 0o7777) !== WORK_MODE;
}

function checkOurs(stats: Stats, workDir: string): void {
  if (stats.isDirectory() && stats.uid === (process.geteuid?.() ?? stats.uid)) return;
  throw new BundleError(
    'ERR_BUNDLE_EXISTS',
    `${workDir} is not a directory of this user, and cannot be a work directory; remove it`,
    { path: workDir },
  );
}
