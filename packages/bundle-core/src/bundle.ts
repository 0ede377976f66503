import { type DeleteBundleOptions, deleteBundle, deleteBundleSync } from './delete-bundle.ts';

/**
 * An OCI bundle on disk: a directory with `config.json` and `rootfs`, and a work directory beside it. `newBundle` makes
 * it; `loadBundle` and `listBundles` find it again.
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
   * other is all the same. A recorded socket that is none, or not this user's to remove, stays; a recorded path that
   * leads nowhere holds none. So does the socket of a shim of runtime v2, which other bundles may use.
   *
   * Killed at any moment, it leaves nothing that a second call and a `sweep` of both roots do not remove.
   *
   * @throws {BundleError} `ERR_BUNDLE_BUSY` while something is mounted at or below either directory: then nothing was
   * deleted, for it may be in use. `ERR_BUNDLE_ARGUMENT` for a signal that is none. `ERR_BUNDLE_DELETE` when neither directory could be deleted. Where one
   * could not, its own error. Where the recorded address could not be read, or its socket not be removed, for
   * want of anything but permission, that error: then nothing was deleted, and a second call can still find it.
   */
  delete(options?: DeleteBundleOptions): Promise<void>;
  /**
   * The synchronous form of `delete`.
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
