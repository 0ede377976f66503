import { type Dirent, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type Bundle, bundleAt } from './bundle.ts';
import { hasCode } from './errors.ts';
import { isIdentifier } from './identifier.ts';
import { type BundleRoots, type CheckedRoots, checkRoots } from './load-bundle.ts';

/**
 * Returns the bundles below these roots, sorted by id in the order of code points. Hidden directories, half made or half
 * deleted ones, links, and names that are not ids do not count. A missing root has no bundles.
 *
 * @throws {BundleError} `ERR_BUNDLE_PATH`, as `loadBundle` does.
 */
export async function listBundles(roots: BundleRoots): Promise<Bundle[]> {
  const checked = checkRoots(roots);
  const entries = await readdir(checked.path, { withFileTypes: true }).catch(noneIfMissing);
  return bundlesOf(entries, checked);
}

/**
 * The synchronous form of `listBundles`.
 *
 * @throws {BundleError} `ERR_BUNDLE_PATH`, as `loadBundle` does.
 */
export function listBundlesSync(roots: BundleRoots): Bundle[] {
  const checked = checkRoots(roots);
  try {
    return bundlesOf(readdirSync(checked.path, { withFileTypes: true }), checked);
  } catch (error) {
    return bundlesOf(noneIfMissing(error), checked);
  }
}

function noneIfMissing(error: unknown): Dirent[] {
  if (hasCode(error, 'ENOENT')) return [];
  throw error;
}

function bundlesOf(entries: readonly Dirent[], { path: root, workDir }: CheckedRoots): Bundle[] {
  return entries
    .filter((entry) => entry.isDirectory() && isIdentifier(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((id) => bundleAt(id, `${root}/${id}`, `${workDir}/${id}`));
}
