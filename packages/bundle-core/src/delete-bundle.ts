import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  atomicDelete,
  atomicDeleteSync,
  isInMemory,
  mountsWithin,
  mountsWithinSync,
} from '@shimwright/fs-atomic';
import { loadAddress, loadAddressSync, removeSocket, removeSocketSync } from '@shimwright/shim-address';
import { checkOptions, checkSignal } from './check-options.ts';
import { BundleError, hasCode, messageOf } from './errors.ts';

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
// the bundle is gone, nobody knows where it is. From there on it goes through to the end. Without a socket, the removal of
// the bundle's directory is the first change, and refuses mounts by itself.

export async function deleteBundle(
  { path: bundlePath, workDir }: BundleDirectories,
  options: DeleteBundleOptions,
): Promise<void> {
  const signal = checkSignal(checkOptions(options).signal);
  signal?.throwIfAborted();
  const address = await recordedAddress(bundlePath);
  refuseMounts(workDir, await mountsIn(workDir));
  if (address !== undefined) refuseMounts(bundlePath, await mountsIn(bundlePath));
  signal?.throwIfAborted();
  if (address !== undefined) await removeSocket(address).catch(ignoreForeign);
  const failures: unknown[] = [];
  for (const directory of [bundlePath, workDir]) {
    await atomicDelete(directory).catch((error: unknown) => stopIfInUse(failures, error));
  }
  throwAll(bundlePath, failures);
}

export function deleteBundleSync({ path: bundlePath, workDir }: BundleDirectories): void {
  const address = recordedAddressSync(bundlePath);
  refuseMounts(workDir, mountsInSync(workDir));
  if (address !== undefined) {
    refuseMounts(bundlePath, mountsInSync(bundlePath));
    attempt(() => removeSocketSync(address), ignoreForeign);
  }
  const failures: unknown[] = [];
  for (const directory of [bundlePath, workDir]) {
    attempt(
      () => atomicDeleteSync(directory),
      (error) => stopIfInUse(failures, error),
    );
  }
  throwAll(bundlePath, failures);
}

async function recordedAddress(bundlePath: string): Promise<string | undefined> {
  // In memory, a trip to libuv's threads takes ten times as long as what is done there.
  if (await isInMemory(path.dirname(bundlePath))) return recordedAddressSync(bundlePath);
  return loadAddress(bundlePath).catch(noneIfMeaningless);
}

function recordedAddressSync(bundlePath: string): string | undefined {
  return attempt(() => loadAddressSync(bundlePath), noneIfMeaningless);
}

async function mountsIn(directory: string): Promise<string[]> {
  return mountsWithin(directory).catch((error: unknown) => noneWithoutParent(directory, error));
}

function mountsInSync(directory: string): string[] {
  return attempt(
    () => mountsWithinSync(directory),
    (error) => noneWithoutParent(directory, error),
  );
}

/** Where there is no root there is no bundle; where nobody can tell, each directory is looked at before it is emptied. */
function noneWithoutParent(directory: string, error: unknown): string[] {
  if (hasCode(error, 'ERR_ATOMIC_MOUNTS_UNKNOWN')) return [];
  if (hasCode(error, 'ENOENT', 'ENOTDIR') && !existsSync(path.dirname(directory))) return [];
  throw error;
}

/** What is mounted at the bundle's own directory: whoever did so uses it, and what is left of that stays. */
function stopIfInUse(failures: unknown[], error: unknown): void {
  if (failures.length === 0 && hasCode(error, 'ERR_ATOMIC_MOUNTED')) throw asBundleError(error);
  failures.push(error);
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

function refuseMounts(directory: string, mounts: readonly string[]): void {
  if (mounts.length > 0) throw busy(directory, mounts);
}

function asBundleError(error: unknown): unknown {
  if (!hasCode(error, 'ERR_ATOMIC_MOUNTED')) return error;
  const { path: directory, mounts } = error as { readonly path: string; readonly mounts: readonly string[] };
  return busy(directory, mounts, { cause: error });
}

function busy(directory: string, mounts: readonly string[], cause: ErrorOptions = {}): BundleError {
  return new BundleError(
    'ERR_BUNDLE_BUSY',
    `${directory} is in use: unmount ${mounts.join(', ')} first, or delete the container`,
    { path: directory, mounts, ...cause },
  );
}

function throwAll(bundlePath: string, failures: readonly unknown[]): void {
  const [first, second] = failures.map(asBundleError);
  if (first === undefined) return;
  if (second === undefined) throw first;
  throw new BundleError(
    'ERR_BUNDLE_DELETE',
    `neither ${bundlePath} nor its work directory could be deleted: ${messageOf(first)}; ${messageOf(second)}`,
    { path: bundlePath, errors: [first, second], cause: first },
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
