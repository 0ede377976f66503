import { existsSync } from 'node:fs';
import path from 'node:path';
import { type AtomicError, atomicDelete, atomicDeleteSync, isInMemory } from '@shimwright/fs-atomic';
import { loadAddress, loadAddressSync, removeSocket, removeSocketSync } from '@shimwright/shim-address';
import { checkOptions, checkSignal } from './check-options.ts';
import { BundleError, hasCode, messageOf } from './errors.ts';

/** Where a bundle of runtime v2 names the program of its shim. */
const TASK_SHIM = 'shim-binary-path';

/** What can be given to the promise form of a deletion. */
export interface DeleteBundleOptions {
  /** An abort before anything is removed leaves the bundle as it was; afterwards it has no effect. */
  readonly signal?: AbortSignal;
}

/** The two directories of a bundle. */
export interface BundleDirectories {
  readonly path: string;
  readonly workDir: string;
}

// First comes all that may refuse, so that a shim whose bundle is refused to go stays reachable. Then the socket: once
// the bundle is gone, nobody knows where it is. From there on it goes through to the end.

export async function deleteBundle(
  { path: bundlePath, workDir }: BundleDirectories,
  options: DeleteBundleOptions,
): Promise<void> {
  const signal = checkSignal(checkOptions(options).signal);
  signal?.throwIfAborted();
  const inMemory = isInMemory(path.dirname(bundlePath));
  const atOnce = typeof inMemory === 'boolean' ? inMemory : await inMemory;
  // In memory, a trip to libuv's threads takes ten times as long as what is done there.
  const address = atOnce
    ? recordedAddressSync(bundlePath)
    : unlessTasks(bundlePath, await loadAddress(bundlePath).catch(noneIfMeaningless));
  const prepare = async () => {
    signal?.throwIfAborted();
    if (address !== undefined) await removeSocket(address).catch(ignoreForeign);
  };
  try {
    await atomicDelete([bundlePath, workDir], address === undefined && !signal ? {} : { prepare });
  } catch (error) {
    throw asBundleError(error, bundlePath);
  }
}

export function deleteBundleSync({ path: bundlePath, workDir }: BundleDirectories): void {
  const address = recordedAddressSync(bundlePath);
  const prepare = () => {
    if (address !== undefined) attempt(() => removeSocketSync(address), ignoreForeign);
  };
  try {
    atomicDeleteSync([bundlePath, workDir], { prepare });
  } catch (error) {
    throw asBundleError(error, bundlePath);
  }
}

function recordedAddressSync(bundlePath: string): string | undefined {
  return unlessTasks(
    bundlePath,
    attempt(() => loadAddressSync(bundlePath), noneIfMeaningless),
  );
}

/** A shim of runtime v2 may serve further bundles at the same socket, and removes it when it ends: it is not the bundle's. */
function unlessTasks(bundlePath: string, address: string | undefined): string | undefined {
  return address !== undefined && existsSync(path.join(bundlePath, TASK_SHIM)) ? undefined : address;
}

/** A record that says nothing keeps no bundle alive; one that could not be read just now might have said something. */
function noneIfMeaningless(error: unknown): undefined {
  const cause = (error as { readonly cause?: unknown }).cause;
  const isUnread = typeof cause === 'object' && cause !== null && 'syscall' in cause;
  if (isUnread && !hasCode(cause, 'ELOOP', 'ENXIO', 'ENOTDIR')) throw error;
}

/** What is no socket, or not ours to remove, is none of our shim's. */
function ignoreForeign(error: unknown): void {
  if (!hasCode(error, ...FOREIGN)) throw error;
}

const FOREIGN = [
  'ERR_ADDRESS_INVALID',
  'ERR_ADDRESS_TOO_LONG',
  'ERR_ADDRESS_NOT_A_SOCKET',
  'EACCES',
  'EPERM',
  'EROFS',
];

function asBundleError(error: unknown, bundlePath: string): unknown {
  if (hasCode(error, 'ERR_ATOMIC_MOUNTED')) {
    const { path: directory, mounts } = error as AtomicError & { readonly path: string };
    return busy(directory, mounts, { cause: error });
  }
  if (!hasCode(error, 'ERR_ATOMIC_DELETE')) return error;
  const errors = (error as AtomicError).errors.map((one) => asBundleError(one, bundlePath));
  const reasons = errors.map(messageOf).join('; ');
  return new BundleError(
    'ERR_BUNDLE_DELETE',
    `neither ${bundlePath} nor its work directory could be deleted: ${reasons}`,
    { path: bundlePath, errors, cause: errors[0] },
  );
}

function busy(directory: string, mounts: readonly string[], cause: ErrorOptions): BundleError {
  return new BundleError(
    'ERR_BUNDLE_BUSY',
    `${directory} is in use: unmount ${mounts.join(', ')} first, or delete the container`,
    { path: directory, mounts, ...cause },
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
