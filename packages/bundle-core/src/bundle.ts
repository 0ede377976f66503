import { atomicDelete, atomicDeleteSync } from '@shimwright/fs-atomic';
import { loadAddress, loadAddressSync, removeSocket, removeSocketSync } from '@shimwright/shim-address';
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
   * other is all the same.
   *
   * @throws {BundleError} `ERR_BUNDLE_BUSY` while something is mounted below the bundle: then nothing was
   * deleted, for it may be in use. `ERR_BUNDLE_DELETE` when neither directory could be deleted. Where one
   * could not, its own error.
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

// The socket goes after the bundle: a shim whose bundle is refused to go stays reachable.

async function deleteBundle({ path, workDir }: Directories, options: DeleteOptions): Promise<void> {
  const address = await loadAddress(path).catch(() => undefined);
  const failures: unknown[] = [];
  try {
    await atomicDelete(path, options);
    if (address !== undefined) await removeSocket(address).catch(() => {});
  } catch (error) {
    if (mayBeInUse(error) || options.signal?.aborted) throw asBundleError(error);
    failures.push(error);
  }
  await atomicDelete(workDir).catch((error: unknown) => failures.push(error));
  throwAll(path, failures);
}

function deleteBundleSync({ path, workDir }: Directories): void {
  const address = attempt(() => loadAddressSync(path));
  const failures: unknown[] = [];
  try {
    atomicDeleteSync(path);
    if (address !== undefined) attempt(() => removeSocketSync(address));
  } catch (error) {
    if (mayBeInUse(error)) throw asBundleError(error);
    failures.push(error);
  }
  try {
    atomicDeleteSync(workDir);
  } catch (error) {
    failures.push(error);
  }
  throwAll(path, failures);
}

function mayBeInUse(error: unknown): boolean {
  return hasCode(error, 'ERR_ATOMIC_MOUNTED');
}

function asBundleError(error: unknown): unknown {
  if (!(error instanceof Error && 'mounts' in error && hasCode(error, 'ERR_ATOMIC_MOUNTED'))) return error;
  const { path, mounts } = error as Error & { path: string; mounts: readonly string[] };
  return new BundleError(
    'ERR_BUNDLE_BUSY',
    `${path} is in use: unmount ${mounts.join(', ')} first, or delete the container`,
    { path, mounts, cause: error },
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

/** What `work` gives, or undefined when it fails. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
