import { atomicDelete, atomicDeleteSync, mountsWithin, mountsWithinSync } from '@shimwright/fs-atomic';
import {
  loadAddress,
  loadAddressSync,
  removeSocket,
  removeSocketSync,
  ShimAddressError,
} from '@shimwright/shim-address';
import { BundleError, hasCode } from './errors.ts';

/** What can be given to the promise form of a deletion. */
export interface DeleteOptions {
  /** An abort before the bundle is gone leaves it as it was. */
  readonly signal?: AbortSignal;
}

/**
 * An OCI bundle on disk: a directory with `config.json` and `rootfs`, and a work directory beside it. Made
 * by `newBundle`, found again by `loadBundle` and `listBundles`.
 */
export interface Bundle {
  /** The container's id. */
  readonly id: string;
  /** The absolute path of the bundle's own directory. */
  readonly path: string;
  /** The absolute path of the bundle's own work directory, where its shim logs. */
  readonly workDir: string;
  /**
   * Deletes the bundle with its work directory, each whole or not at all, and the socket of its shim. What is
   * gone already is no error, so several may delete at once. Where one directory cannot be deleted the
   * other is all the same. A recorded socket that is none, or not this user's to remove, stays.
   *
   * Killed at any moment, it leaves nothing that a second call and a `sweep` of both roots do not remove.
   *
   * @throws {BundleError} `ERR_BUNDLE_BUSY` while something is mounted below the bundle: then nothing was
   * deleted, for it may be in use. `ERR_BUNDLE_DELETE` when neither directory could be deleted. Where one
   * could not, its own error. Where the recorded address could not be read, or its socket not be removed, for
   * want of anything but permission, that error: then nothing was deleted, and a second call can still find it.
   */
  delete(options?: DeleteOptions): Promise<void>;
  /**
   * The same as `delete`, and all of it before it returns.
   *
   * @throws {BundleError} `ERR_BUNDLE_BUSY` and `ERR_BUNDLE_DELETE`, as `delete` does.
   */
  deleteSync(): void;
}

/** A bundle by its own, absolute directories. */
export function bundleAt(id: string, path: string, workDir: string): Bundle {
  return {
    id,
    path,
    workDir,
    delete: async (options = {}) => deleteBundle({ path, workDir }, options),
    deleteSync: () => deleteBundleSync({ path, workDir }),
  };
}

type Directories = Pick<Bundle, 'path' | 'workDir'>;

// The socket goes first: once the bundle is gone, nobody knows where it is. But a shim whose bundle is refused to go
// stays reachable, so it must be sure before that nothing is in the way.

async function deleteBundle({ path, workDir }: Directories, { signal }: DeleteOptions): Promise<void> {
  const address = await loadAddress(path).catch(noneIfMeaningless);
  if (address !== undefined) {
    refuseMounts(path, await mountsWithin(path));
    signal?.throwIfAborted();
    await removeSocket(address).catch(ignoreForeign);
  }
  const failures: unknown[] = [];
  try {
    await atomicDelete(path, signal && { signal });
  } catch (error) {
    if (mayBeInUse(error) || signal?.aborted) throw asBundleError(error);
    failures.push(error);
  }
  await atomicDelete(workDir).catch((error: unknown) => failures.push(error));
  throwAll(path, failures);
}

function deleteBundleSync({ path, workDir }: Directories): void {
  const address = attempt(() => loadAddressSync(path), noneIfMeaningless);
  if (address !== undefined) {
    refuseMounts(path, mountsWithinSync(path));
    attempt(() => removeSocketSync(address), ignoreForeign);
  }
  const failures: unknown[] = [];
  try {
    atomicDeleteSync(path);
  } catch (error) {
    if (mayBeInUse(error)) throw asBundleError(error);
    failures.push(error);
  }
  attempt(
    () => atomicDeleteSync(workDir),
    (error) => failures.push(error),
  );
  throwAll(path, failures);
}

/** A record that says nothing keeps no bundle alive; one that could not be read just now might have said something. */
function noneIfMeaningless(error: unknown): undefined {
  const { cause } = error as Error;
  const isUnread =
    cause instanceof Error && 'syscall' in cause && !hasCode(cause, 'ELOOP', 'ENXIO', 'ENOTDIR');
  if (isUnread) throw error;
}

/** What is no socket, or not ours to remove, is none of our shim's. */
function ignoreForeign(error: unknown): void {
  if (error instanceof ShimAddressError || hasCode(error, 'EACCES', 'EPERM', 'EROFS')) return;
  throw error;
}

function mayBeInUse(error: unknown): boolean {
  return hasCode(error, 'ERR_ATOMIC_MOUNTED');
}

function asBundleError(error: unknown): unknown {
  if (!(error instanceof Error && 'mounts' in error && hasCode(error, 'ERR_ATOMIC_MOUNTED'))) return error;
  const { path, mounts } = error as Error & { path: string; mounts: readonly string[] };
  return busy(path, mounts, { cause: error });
}

function refuseMounts(path: string, mounts: readonly string[]): void {
  if (mounts.length > 0) throw busy(path, mounts);
}

function busy(path: string, mounts: readonly string[], cause: ErrorOptions = {}): BundleError {
  return new BundleError(
    'ERR_BUNDLE_BUSY',
    `${path} is in use: unmount ${mounts.join(', ')} first, or delete the container`,
    { path, mounts, ...cause },
  );
}

function throwAll(path: string, failures: readonly unknown[]): void {
  const [first, second] = failures.map(asBundleError);
  if (first === undefined) return;
  if (second === undefined) throw first;
  const reasons = [first, second].map((error) => (error instanceof Error ? error.message : String(error)));
  throw new BundleError(
    'ERR_BUNDLE_DELETE',
    `neither ${path} nor its work directory could be deleted: ${reasons.join('; ')}`,
    { path, errors: [first, second], cause: first },
  );
}

/** What `work` gives, or what `otherwise` makes of its failure. */
function attempt<Result, Otherwise>(
  work: () => Result,
  otherwise: (error: unknown) => Otherwise,
): Result | Otherwise {
  try {
    return work();
  } catch (error) {
    return otherwise(error);
  }
}
