import type { ShimConfig } from '@shimwright/shim-api';
import { ShimDefinition, type ShimHandlers } from '@shimwright/shim-api';
import { inProcess } from '@shimwright/ttrpc';
import type { ClientOpt } from './shim-connection.ts';

/** A shim within this process. */
export interface LocalShim {
  /** What answers the 16 calls. */
  readonly handlers: ShimHandlers;
  /** Gives up all it holds; what becomes of a container that still runs is its own decision. */
  close(): Promise<void>;
}

/** Makes the shim of one bundle; rejects with the signal's reason, and undoes its work, on an abort. */
export type CreateService = (config: ShimConfig, signal?: AbortSignal) => Promise<LocalShim>;

/**
 * Serves the bundle within this process, without a socket or another process. The calls behave as over a connection, with
 * deadlines, aborts and status errors. Closing such a shim ends it.
 */
export function withLocal(create: CreateService): ClientOpt {
  return async (config, signal) => {
    const local = await create(config, signal);
    let closed: Promise<void> | undefined;
    const close = () => {
      closed ??= local.close();
      return closed;
    };
    return { service: inProcess(ShimDefinition, local.handlers), end: close, close };
  };
}
