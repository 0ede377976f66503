import {
  legacyShimAddress,
  loadAddressSync,
  ShimAddressError,
  type ShimIdentity,
  socketPath,
} from '@shimwright/shim-address';
import { isListening, loadShimPid, sharedControlSocket, sharedFiles, workerIn } from '@shimwright/shim-host';

/** The bundle whose shim is looked for. */
export interface TraceShimOptions extends ShimIdentity {
  /** The bundle's own directory. */
  readonly bundlePath: string;
  /**
   * Whether a bundle that records no address may have a shim at the abstract one that old versions of containerd used.
   * Anybody can take that, so only one of this user or root counts. @default false
   */
  readonly legacyAddress?: boolean;
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
 * Tells whether the shim of a bundle is alive, without calling it: a stopped process counts as alive. A process id that
 * another program has by now does not count.
 *
 * @throws a system error if a record exists but cannot be read.
 */
export async function traceShim({
  bundlePath,
  legacyAddress = false,
  ...identity
}: TraceShimOptions): Promise<ShimTrace> {
  const controlSocket = sharedControlSocket(bundlePath);
  const address = recordedAddress(bundlePath);
  const found = { address, controlSocket, pid: undefined };
  const noted = loadShimPid(bundlePath);
  // A process is judged by where it works, and by whose it is; what it says of itself counts for nothing.
  const workplace = controlSocket === undefined ? bundlePath : sharedFiles(controlSocket).registry;
  if (noted && workerIn(workplace, noted)) return { ...found, state: 'live', pid: noted };
  const listensAt = address ?? (legacyAddress ? legacyShimAddress(identity) : undefined);
  if (listensAt !== undefined && (await isListening(socketPath(listensAt))))
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
