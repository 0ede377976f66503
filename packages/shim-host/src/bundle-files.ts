import { readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { atomicWriteFileSync } from '@shimwright/fs-atomic';
import { saveAddressSync } from '@shimwright/shim-address';
import { hasCode } from './errors.ts';

/** What a bundle tells of its shim: the names of the files, beside `address`, which is shim-address's. */
export const BUNDLE_FILES = {
  /** Where the shim listens. */
  address: 'address',
  /** The process of the shim. */
  pid: 'shim.pid',
  /** A link to the control socket of the process that the shim shares with others. */
  shared: 'shim.shared',
} as const;

// It need not survive a crash of the machine: the shim does not either.
const WRITE = { mode: 0o644, fsync: false, fsyncDirectory: false } as const;

/** Notes the process of a shim in its bundle. */
export function saveShimPid(bundlePath: string, pid: number): void {
  atomicWriteFileSync(path.join(bundlePath, BUNDLE_FILES.pid), String(pid), WRITE);
}

/**
 * Returns the process of the shim that is recorded in a bundle, undefined if none is, and 0 for an unusable record.
 *
 * @throws a system error if the record exists but cannot be read.
 */
export function loadShimPid(bundlePath: string): number | undefined {
  try {
    const pid = Number(readFileSync(path.join(bundlePath, BUNDLE_FILES.pid), 'latin1'));
    return Number.isSafeInteger(pid) && pid > 1 ? pid : 0;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Says in a bundle that its shim listens at an address and belongs to a process that others share. */
export function announceShared(
  bundlePath: string,
  { address, controlSocket, pid }: { address: string; controlSocket: string; pid: number },
): void {
  const link = path.join(bundlePath, BUNDLE_FILES.shared);
  rmSync(link, { force: true });
  symlinkSync(controlSocket, link);
  saveAddressSync(bundlePath, address);
  saveShimPid(bundlePath, pid);
}

/**
 * Returns the control socket of the shared process that the shim of a bundle belongs to, from the link `shim.shared`.
 * Undefined if the shim has its own process, or if there is no shim.
 *
 * @throws a system error if the link exists but cannot be read.
 */
export function sharedControlSocket(bundlePath: string): string | undefined {
  try {
    return readlinkSync(path.join(bundlePath, BUNDLE_FILES.shared));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EINVAL', 'ENOTDIR')) return undefined; // no link
    throw error;
  }
}
