import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import {
  legacyShimAddress,
  loadAddressSync,
  ShimAddressError,
  type ShimIdentity,
  socketPath,
} from '@shimwright/shim-address';
import { identify, isListening, loadShimPid, sharedControlSocket } from '@shimwright/shim-host';

/** The bundle whose shim is looked for. */
export interface TraceShimOptions extends ShimIdentity {
  /** The bundle's own directory. */
  readonly bundlePath: string;
}

/** What a bundle and the kernel tell of its shim. */
export interface ShimTrace {
  /**
   * - `live`: its process runs, or somebody listens at its address, however slow to answer. Where it is one of many in
   *   a process, that process does.
   * - `dead`: it was started, and is gone.
   * - `none`: nothing tells of one.
   */
  readonly state: 'live' | 'dead' | 'none';
  /** The process of a live shim, where the bundle names it. */
  readonly pid: number | undefined;
  /** Where it listens or did, where that is recorded. */
  readonly address: string | undefined;
  /** The control socket of the process that it shares with others. */
  readonly controlSocket: string | undefined;
}

/**
 * Looks whether the shim of a bundle lives, and asks it nothing: a process that is stopped is as alive as any. A process
 * id that another program has by now counts for nothing.
 *
 * @throws a system error where a record cannot be read for another reason than that it is missing.
 */
export async function traceShim({ bundlePath, ...identity }: TraceShimOptions): Promise<ShimTrace> {
  const controlSocket = sharedControlSocket(bundlePath);
  const address = recordedAddress(bundlePath);
  const found = { address, controlSocket, pid: undefined };
  const noted = loadShimPid(bundlePath);
  if (noted !== undefined && isShim(noted, bundlePath, controlSocket)) {
    return { ...found, state: 'live', pid: noted };
  }
  if (await isListening(socketPath(address ?? legacyShimAddress(identity))))
    return { ...found, state: 'live' };
  // A successor of a shared process comes to its shims one by one.
  if (controlSocket !== undefined && (await isListening(controlSocket))) return { ...found, state: 'live' };
  const isRecorded = address !== undefined || noted !== undefined || controlSocket !== undefined;
  return { ...found, state: isRecorded ? 'dead' : 'none' };
}

/** A record that says nothing leads to no shim; one that could not be read just now might. */
function recordedAddress(bundlePath: string): string | undefined {
  try {
    return loadAddressSync(bundlePath);
  } catch (error) {
    if (error instanceof ShimAddressError && !(error.cause instanceof Error && 'syscall' in error.cause)) {
      return undefined;
    }
    throw error;
  }
}

/** A shim works in its bundle; one of many is in a process that was told of its control socket. */
function isShim(pid: number, bundlePath: string, controlSocket: string | undefined): boolean {
  if (pid === 0 || !identify(pid)) return false;
  try {
    if (controlSocket === undefined) return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(bundlePath);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(controlSocket);
  } catch {
    return false; // it ended just now, or is none of ours to look at
  }
}
