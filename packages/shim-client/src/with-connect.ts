import { parseAddress, socketPath } from '@shimwright/shim-address';
import { ShimDefinition, type ShimService } from '@shimwright/shim-api';
import { checkSocketOwner, identify, type ProcessIdentity, untilGone } from '@shimwright/shim-host';
import { connect, type TtrpcClient, TtrpcError } from '@shimwright/ttrpc';
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
 * Connects to a shim that is running.
 *
 * The `ClientOpt` rejects at once where nobody listens, with `ERR_SHIM_UNREACHABLE`, and with
 * `ERR_SHIM_ADDRESS` for a socket that belongs to another user than this one and root.
 */
export function withConnect(options: ConnectOptions): ClientOpt {
  return async (_config, signal) => {
    const client = await connectTo(options.address, signal);
    const service = client.service(ShimDefinition);
    if (options.onClose) client.closed.then(options.onClose);
    return {
      service,
      end: async (endSignal, abort) => {
        if (!(await endMember(client, abort))) await endShim(service, endSignal, abort);
      },
      close: () => client.close(),
    };
  };
}

/** A ttrpc connection to whoever listens at the address. */
export async function connectTo(address: string, signal?: AbortSignal): Promise<TtrpcClient> {
  const { kind, path } = parseAddress(address);
  if (kind === 'path') checkSocketOwner(path);
  try {
    return await connect(socketPath(address), signal && { signal });
  } catch (cause) {
    if (!(cause instanceof TtrpcError)) throw cause;
    throw new ShimClientError('ERR_SHIM_UNREACHABLE', `no shim listens at ${address}`, { path, cause });
  }
}

/** Signals the shim's process and resolves once it is gone. */
async function endShim(service: ShimService, signal: EndSignal, abort?: AbortSignal): Promise<void> {
  const shim = await identifyShim(service, abort);
  if (!shim || shim.pid === process.pid) return; // a shim in this very process ends with it, as in containerd
  try {
    process.kill(shim.pid, signal);
  } catch (error) {
    if (!identify(shim.pid)) return; // it was faster
    throw error;
  }
  await untilGone(shim, abort);
}

/**
 * The process of the shim, or undefined when it is gone.
 *
 * It answers before and after its start time is read, so no other process can have had the id in between.
 */
async function identifyShim(
  service: ShimService,
  signal?: AbortSignal,
): Promise<ProcessIdentity | undefined> {
  try {
    const { shimPid } = await service.shimInfo({}, signal && { signal });
    if (shimPid <= 1) {
      throw new ShimClientError('ERR_SHIM_PROCESS', `the shim says that its process id is ${shimPid}`);
    }
    const identity = identify(shimPid);
    const again = await service.shimInfo({}, signal && { signal });
    if (!identity || again.shimPid !== shimPid) {
      throw new ShimClientError(
        'ERR_SHIM_PROCESS',
        `the shim says that it is process ${shimPid}, which is none`,
      );
    }
    return identity;
  } catch (error) {
    if (error instanceof TtrpcError && error.code === 'ERR_TTRPC_CLOSED') return undefined;
    throw error;
  }
}
