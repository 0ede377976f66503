import { once } from 'node:events';
import { createConnection } from 'node:net';
import { parseAddress, socketPath } from '@shimwright/shim-address';
import { ShimDefinition, type ShimService } from '@shimwright/shim-api';
import {
  checkAbstractPeer,
  checkSocketOwner,
  identify,
  type ProcessIdentity,
  signalProcess,
  untilGone,
  workerIn,
} from '@shimwright/shim-host';
import { connect, TtrpcClient, TtrpcError } from '@shimwright/ttrpc';
import { endMember } from './end-member.ts';
import { ShimClientError } from './errors.ts';
import type { ClientOpt, EndSignal } from './shim-connection.ts';

/** How {@link withConnect} reaches a shim. */
export interface ConnectOptions {
  /** Where it listens: `unix://PATH`, or a name in the abstract namespace. */
  readonly address: string;
  /** Called once, when the connection has ended, whoever ended it. */
  readonly onClose?: () => void;
}

/**
 * Connects to a running shim.
 *
 * The `ClientOpt` rejects at once with `ERR_SHIM_UNREACHABLE` if nobody listens, and with `ERR_SHIM_ADDRESS` for a socket
 * that belongs to another user than this one or root. The owner is that of the file or, for an abstract name, the one that
 * the kernel reports.
 *
 * `stopShim` and `killShim` signal a process only if it works in the bundle and belongs to this user or root.
 */
export function withConnect(options: ConnectOptions): ClientOpt {
  return async (config, signal) => {
    const client = await connectTo(options.address, signal);
    const service = client.service(ShimDefinition);
    if (options.onClose) client.closed.then(options.onClose);
    return {
      service,
      end: async (endSignal, abort) => {
        if (!(await endMember(client, abort))) await endShim(service, config.path, endSignal, abort);
      },
      close: () => client.close(),
    };
  };
}

/** A ttrpc connection to whoever listens at the address, if that is somebody trustworthy. */
export async function connectTo(address: string, signal?: AbortSignal): Promise<TtrpcClient> {
  const { kind, path } = parseAddress(address);
  if (kind === 'path') checkSocketOwner(path);
  try {
    if (kind !== 'path') return await connectToName(socketPath(address), signal);
    return await connect(socketPath(address), signal && { signal });
  } catch (cause) {
    if (!(cause instanceof TtrpcError)) throw cause;
    throw new ShimClientError('ERR_SHIM_UNREACHABLE', `no shim listens at ${address}`, { path, cause });
  }
}

/** An abstract name has no owner that could be looked at: who has taken it shows once there is a connection. */
async function connectToName(name: string, signal?: AbortSignal): Promise<TtrpcClient> {
  const socket = createConnection({ path: name });
  try {
    await once(socket, 'connect', signal && { signal });
    checkAbstractPeer(name, socket);
    return TtrpcClient.over(socket);
  } catch (error) {
    socket.on('error', () => {}).destroy();
    signal?.throwIfAborted();
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new TtrpcError('ERR_TTRPC_UNREACHABLE', error.message, { cause: error });
  }
}

/** Signals the shim's process and resolves once it is gone. */
async function endShim(
  service: ShimService,
  bundlePath: string,
  signal: EndSignal,
  abort?: AbortSignal,
): Promise<void> {
  const shim = await provenShim(service, bundlePath, abort);
  if (!shim || shim.pid === process.pid) return; // a shim in this very process ends with it, as in containerd
  if (signalProcess(shim, signal)) await untilGone(shim, abort);
}

/**
 * The process of the shim, or undefined when it is gone. It is not taken at its word: the process that it names must be
 * of this user or root, and work in the bundle.
 *
 * @throws {ShimClientError} `ERR_SHIM_PROCESS` for one that is not.
 */
async function provenShim(
  service: ShimService,
  bundlePath: string,
  signal?: AbortSignal,
): Promise<ProcessIdentity | undefined> {
  try {
    const { shimPid } = await service.shimInfo({}, signal && { signal });
    const identity =
      shimPid === process.pid ? identify(shimPid) : shimPid > 1 && workerIn(bundlePath, shimPid);
    // It answers before and after its start time is read, so no other process can have had the id in between.
    const again = await service.shimInfo({}, signal && { signal });
    if (identity && again.shimPid === shimPid) return identity;
    throw new ShimClientError(
      'ERR_SHIM_PROCESS',
      `the shim says that it is process ${shimPid}, which is none that works in ${bundlePath}`,
    );
  } catch (error) {
    if (error instanceof TtrpcError && error.code === 'ERR_TTRPC_CLOSED') return undefined;
    throw error;
  }
}
