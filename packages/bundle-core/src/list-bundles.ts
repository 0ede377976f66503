import { type Dirent, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type Bundle, bundleAt } from './bundle.ts';
import { hasCode } from './errors.ts';
import { isIdentifier } from './identifier.ts';
import { type BundleRoots, type CheckedRoots, checkRoots, isApart } from './load-bundle.ts';

/**
 * Returns the bundles below these roots, sorted by id in the order of code points. Hidden directories, half made or half
 * deleted ones, links, names that are not ids, and a root that lies in the other one do not count. A missing root has no
 * bundles.
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

function bundlesOf(entries: readonly Dirent[], roots: CheckedRoots): Bundle[] {
  const { path: root, workDir } = roots;
  return entries
    .filter((entry) => entry.isDirectory() && isIdentifier(entry.name) && isApart(entry.name, roots))
    .map(({ name }) => name)
    .sort()
    .map((id) => bundleAt(id, `${root}/${id}`, `${workDir}/${id}`));
}
