import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { BundleError, hasCode } from './errors.ts';
import { withParents, withParentsSync } from './parents.ts';

const WORK_MODE = 0o700;

/**
 * Makes a work directory, or takes the one that a crash or an earlier bundle of the id left.
 *
 * @throws {BundleError} `ERR_BUNDLE_EXISTS` for a link or a file in its place, or a directory of another user.
 */
export async function makeWorkDir(workDir: string): Promise<void> {
  try {
    await withParents(workDir, () => mkdir(workDir, WORK_MODE));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (!needsMode(await lstat(workDir), workDir)) return;
  }
  await chmod(workDir, WORK_MODE);
}

/** The same as `makeWorkDir`, and all of it before it returns. */
export function makeWorkDirSync(workDir: string): void {
  try {
    withParentsSync(workDir, () => mkdirSync(workDir, WORK_MODE));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (!needsMode(lstatSync(workDir), workDir)) return;
  }
  chmodSync(workDir, WORK_MODE);
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

/** The same as `refuseForeign`, and all of it before it returns. */
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
