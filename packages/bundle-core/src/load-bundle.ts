import path from 'node:path';
import { type Bundle, bundleAt } from './bundle.ts';
import { BundleError } from './errors.ts';
import { validateIdentifier } from './identifier.ts';

/** Where bundles are kept: each has a directory, named by its id, below both. */
export interface BundleRoots {
  /** The directory of the bundles, such as `/run/shimwright/default`. */
  readonly path: string;
  /** The directory of their work directories, such as `/var/lib/shimwright/default`. */
  readonly workDir: string;
}

/** Which bundle it is. */
export interface BundleLocation extends BundleRoots {
  /** The container's id, see `validateIdentifier`. */
  readonly id: string;
}

/**
 * The bundle of this id, without a look at the disk: whether it is there, its files tell.
 *
 * @throws {BundleError} `ERR_BUNDLE_ID`; `ERR_BUNDLE_PATH` for a root that is empty, `/`, or both roots in one.
 */
export function loadBundle({ id, ...roots }: BundleLocation): Bundle {
  validateIdentifier(id);
  const { path: root, workDir } = checkRoots(roots);
  return bundleAt(id, path.join(root, id), path.join(workDir, id));
}

/** Both roots, absolute: a later change of the working directory must not move a bundle. */
export function checkRoots(roots: BundleRoots): BundleRoots {
  const checked = { path: checkRoot(roots.path, 'path'), workDir: checkRoot(roots.workDir, 'workDir') };
  if (checked.path !== checked.workDir) return checked;
  throw badRoot(roots.path, 'path and workDir', 'are the same directory');
}

function checkRoot(root: unknown, option: string): string {
  if (typeof root !== 'string' || root === '') throw badRoot(root, option, 'is no path');
  if (root.includes('\0')) throw badRoot(root, option, 'holds a NUL byte');
  const resolved = path.resolve(root);
  if (resolved === path.parse(resolved).root) throw badRoot(root, option, 'is the root of the file system');
  return resolved;
}

function badRoot(root: unknown, option: string, problem: string): BundleError {
  const shown = typeof root === 'string' ? JSON.stringify(root) : `(a value of type ${typeof root})`;
  return new BundleError(
    'ERR_BUNDLE_PATH',
    `${option} ${shown} ${problem}; give a directory for bundles and another one for their work`,
    { path: typeof root === 'string' ? root : undefined },
  );
}
