import { absolutePath, badPath } from './absolute-path.ts';
import { type Bundle, bundleAt } from './bundle.ts';
import { checkOptions } from './check-options.ts';
import { validateIdentifier } from './identifier.ts';

/** Where bundles are kept: each has a directory, named by its id, below both. */
export interface BundleRoots {
  /** The directory of the bundles, such as `/run/shimwright/default`. */
  readonly path: string | URL;
  /** The directory of their work directories, such as `/var/lib/shimwright/default`. */
  readonly workDir: string | URL;
}

/** Which bundle it is. */
export interface BundleLocation extends BundleRoots {
  /** The container's id, see `validateIdentifier`. */
  readonly id: string;
}

/** Both roots, absolute. */
export interface CheckedRoots {
  readonly path: string;
  readonly workDir: string;
}

/**
 * Returns the bundle of this id without looking at the disk. Only its files tell whether it exists.
 *
 * @throws {BundleError} `ERR_BUNDLE_ID`; `ERR_BUNDLE_PATH` for a root that is empty or `/`, if both roots are the same,
 * or if one of the bundle's two directories would lie in the other;
 * `ERR_BUNDLE_ARGUMENT` if there are no options.
 */
export function loadBundle(location: BundleLocation): Bundle {
  const { id, ...roots } = checkOptions(location);
  validateIdentifier(id);
  const { path, workDir } = checkRoots(roots);
  if (isApart(id, { path, workDir })) return bundleAt(id, `${path}/${id}`, `${workDir}/${id}`);
  throw badPath(
    roots.workDir,
    'workDir',
    `would put the bundle ${id} and its work directory into one another`,
  );
}

/** Whether neither of the two directories of a bundle lies in the other one, and would go with it. */
export function isApart(id: string, { path, workDir }: CheckedRoots): boolean {
  return !`${workDir}/`.startsWith(`${path}/${id}/`) && !`${path}/`.startsWith(`${workDir}/${id}/`);
}

/** Both roots, absolute: a later change of the working directory must not move a bundle. */
export function checkRoots(roots: BundleRoots): CheckedRoots {
  const { path, workDir } = checkOptions(roots);
  const checked = { path: absolutePath(path, 'path'), workDir: absolutePath(workDir, 'workDir') };
  if (checked.path !== checked.workDir) return checked;
  throw badPath(checked.path, 'path and workDir', 'are the same directory');
}
