import { ShimDefinition } from '@shimwright/shim-api';
import {
  defaultPublisher,
  freeSocketPath,
  listenPath,
  prepareSocketDirectory,
  prepareSpool,
} from '@shimwright/shim-host';
import type { TtrpcClient } from '@shimwright/ttrpc';
import { findCgroup } from './cgroup.ts';
import { findExecutable } from './find-executable.ts';
import type { ClientOpt, ShimConnection } from './shim-connection.ts';
import { ShimProcess } from './shim-process.ts';
import { connectTo } from './with-connect.ts';
import { within } from './within.ts';

/** How long a shim that broke its connection may take to end, before that alone is reported. */
const LAST_WORDS_MS = 1_000;

/** How {@link withStart} starts a shim. */
export interface StartOptions {
  /** The shim: a path, or a name looked up on the PATH. */
  readonly shim: string;
  /** Where it is to listen, `unix://PATH`; the directory is made, 0700, where it is missing. */
  readonly address: string;
  /** The address of the program that manages the shim, told to its publisher; the spool is beside it. */
  readonly daemonAddress: string;
  /** The cgroup for the shim, from the root of the hierarchies; it must exist. @default that of this process */
  readonly cgroup?: string;
  /** Whether the shim logs what it does, into `shim.stderr.log` in the work directory. @default false */
  readonly debug?: boolean;
  /** The program the shim runs for each event. @default one that drops it into the spool, see `watchSpool` */
  readonly publisher?: string;
  /** Called once, when the process of a shim that was started has ended, whoever ended it. */
  readonly onExit?: () => void;
}

/**
 * Starts a shim process for the bundle and connects to it.
 *
 * The shim runs in the bundle's directory, in its own session and process group, listens on a socket that it inherits as
 * descriptor 3, and outlives this process. Its address is in the bundle's file `address` before it is started, so that
 * after a crash in between everything can still be found. Its process id is in `shim.pid`. It gets no other file
 * descriptor of this process.
 *
 * The `ClientOpt` resolves once the shim has answered. If it rejects, everything was undone, and the `ShimClientError` is
 * `ERR_SHIM_NOT_FOUND`, `ERR_SHIM_EXITED`, `ERR_SHIM_ADDRESS`, `ERR_SHIM_ADDRESS_IN_USE`, `ERR_SHIM_CGROUP` or
 * `ERR_SPOOL_INSECURE`.
 */
export function withStart(options: StartOptions): ClientOpt {
  return async (config, signal) => {
    const socket = listenPath(options.address);
    const command = findExecutable(options.shim, 'the shim');
    const publisher = findExecutable(options.publisher ?? defaultPublisher(), 'the publisher');
    const cgroup = options.cgroup === undefined ? [] : findCgroup(options.cgroup);

    prepareSocketDirectory(socket);
    prepareSpool(options.daemonAddress);
    await freeSocketPath(socket);
    signal?.throwIfAborted();

    const start = {
      ...{ config, command, publisher, cgroup, socket },
      address: options.address,
      daemonAddress: options.daemonAddress,
      debug: options.debug ?? false,
    };
    const shim = await ShimProcess.start(start);
    try {
      shim.settle(start);
      const client = await firstAnswer(shim, options.address, signal);
      shim.unref();
      if (options.onExit) shim.exited.then(options.onExit);
      return connection(shim, client);
    } catch (error) {
      await shim.undo();
      throw error;
    }
  };
}

/** Connects and waits until the shim answers or has ended. */
async function firstAnswer(shim: ShimProcess, address: string, signal?: AbortSignal): Promise<TtrpcClient> {
  try {
    const client = await connectTo(address, signal);
    try {
      await client.service(ShimDefinition).shimInfo({}, signal && { signal });
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  } catch (error) {
    // Why it broke the connection is in what it said when it ended, which it is about to do.
    if (!signal?.aborted) await within(shim.failure(), LAST_WORDS_MS);
    throw error;
  }
}

function connection(shim: ShimProcess, client: TtrpcClient): ShimConnection {
  return {
    service: client.service(ShimDefinition),
    end: (signal, abort) => shim.end(signal, abort),
    close: () => client.close(),
  };
}
