import { randomUUID } from 'node:crypto';
import {
  type AddSharedShimRequest,
  type SharedShim,
  SharedShimsDefinition,
  ShimDefinition,
} from '@shimwright/shim-api';
import { errorOfRefusal, listenPath, prepareSpool } from '@shimwright/shim-host';
import type { TtrpcClient } from '@shimwright/ttrpc';
import { endMember } from './end-member.ts';
import { ShimClientError } from './errors.ts';
import { findExecutable } from './find-executable.ts';
import { type SharedProcessOptions, withSharedProcess } from './shared-process.ts';
import type { ClientOpt } from './shim-connection.ts';
import { untilAborted } from './until-aborted.ts';
import { type ConnectOptions, connectTo, withConnect } from './with-connect.ts';

/** How {@link withShared} gets a shim. */
export interface SharedOptions extends SharedProcessOptions {
  /** Where the shim of the bundle is to listen, `unix://PATH`; the directory is made, 0700, where it is missing. */
  readonly address: string;
  /** The address of the program that manages the shim, told to its publisher; the spool is beside it. */
  readonly daemonAddress: string;
  /** A program that is run for each event. @default none: events are dropped into the spool, see `watchSpool` */
  readonly publisher?: string;
  /** Called once, when the connection was ended by the shim: it has ended, or its process has. */
  readonly onExit?: () => void;
}

/** How {@link withSharedConnect} reaches a shim. */
export interface SharedConnectOptions extends SharedProcessOptions, ConnectOptions {}

/**
 * Makes a process that serves many bundles serve this one too, at an address of its own, and connects to that. The process
 * is started if it does not run, and exactly once however many callers ask. It takes over the bundles of one that was
 * killed, and ends a second after its last shim.
 *
 * The shim at the address is like any other. `stopShim` and `killShim` end only that shim, and leave its container running.
 * The bundle gets the files `address` and `shim.pid`, and a link `shim.shared` to the control socket.
 *
 * The `ClientOpt` resolves once the shim has answered. If it rejects, everything was undone, and the `ShimClientError` is
 * `ERR_SHIM_NOT_FOUND`, `ERR_SHIM_EXITED`, `ERR_SHIM_ADDRESS`, `ERR_SHIM_ADDRESS_IN_USE`, `ERR_SHIM_CGROUP` or
 * `ERR_SPOOL_INSECURE`.
 */
export function withShared(options: SharedOptions): ClientOpt {
  return async (config, signal) => {
    const { address, daemonAddress, onExit } = options;
    const socket = listenPath(address);
    const request = {
      ...config,
      ...{ address, daemonAddress, token: randomUUID() },
      publisher: options.publisher === undefined ? '' : findExecutable(options.publisher, 'the publisher'),
      spool: options.publisher === undefined ? prepareSpool(daemonAddress) : '',
    };
    const client = await withSharedProcess(options, signal, (control) =>
      added(control, request, socket, signal),
    );
    if (onExit) client.closed.then((reason) => reason && onExit());
    return {
      service: client.service(ShimDefinition),
      end: async (_signal, abort) => {
        if (!(await endMember(client, abort))) throw cannotEnd(config.path);
      },
      close: () => client.close(),
    };
  };
}

/**
 * Connects to a shim that {@link withShared} made. If the process has died, a new one is started first and takes over all
 * of its bundles. It then publishes the exits that happened in between.
 *
 * The `ClientOpt` rejects as those of {@link withShared} and `withConnect` do.
 */
export function withSharedConnect(options: SharedConnectOptions): ClientOpt {
  return async (config, signal) => {
    await listShared(options, signal, config.path);
    return withConnect(options)(config, signal);
  };
}

/**
 * The shims of a shared process; it is started where it does not run, see {@link withSharedConnect}.
 *
 * @param path the bundle of one that is to be told for sure. Of the others it is told what is known by then: one with a
 * `failure` is not served, or not yet. @default all, for some seconds
 */
export function listShared(
  options: SharedProcessOptions,
  signal?: AbortSignal,
  path?: string,
): Promise<readonly SharedShim[]> {
  return withSharedProcess(options, signal, async (control) => {
    const request = path === undefined ? {} : { path };
    const { shims } = await control.service(SharedShimsDefinition).list(request, signal && { signal });
    return shims;
  });
}

/** What others share is not signalled for that. */
function cannotEnd(path: string): ShimClientError {
  const message = `the shim of ${path} is in a process that others use, of a version that cannot end it alone`;
  return new ShimClientError('ERR_SHIM_VERSION', message, { path });
}

/** Adds the shim and connects to it. Until it is kept it is gone as soon as the control connection is. */
async function added(
  control: TtrpcClient,
  request: AddSharedShimRequest,
  socket: string,
  signal?: AbortSignal,
): Promise<TtrpcClient> {
  const group = control.service(SharedShimsDefinition);
  const options = signal && { signal };
  await group.add(request, options).catch((error: unknown) => {
    throw errorOfRefusal(error, socket);
  });
  const client = await connectTo(request.address, signal);
  try {
    await client.service(ShimDefinition).shimInfo({}, options);
    await untilAborted(group.keep({ path: request.path }), signal);
    return client;
  } catch (error) {
    // It may have been kept just then.
    void endMember(client)
      .catch(() => {})
      .then(() => client.close());
    throw error;
  }
}
