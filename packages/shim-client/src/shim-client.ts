import type { ShimConfig, ShimService } from '@shimwright/shim-api';
import { TtrpcError } from '@shimwright/ttrpc';
import type { ClientOpt } from './shim-connection.ts';

/** What a wait can be bounded by. */
export interface WaitOptions {
  /** Ends the wait; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * A shim to work with: the 16 calls of `containerd.runtime.linux.shim.v1.Shim`, and functions for the process of the shim.
 * A call rejects with a `TtrpcError`, which has the status that the shim answered, or says why no answer came.
 */
export interface ShimClient extends ShimService, AsyncDisposable {
  /**
   * Whether the shim answers: true if it did, false if nobody is there any more. A shim that is there but
   * slow makes it wait, so give a `signal`. False does not prove that the process is gone.
   *
   * @throws {TtrpcError} when something else than a shim answers.
   */
  isAlive(options?: WaitOptions): Promise<boolean>;
  /**
   * Asks the shim to exit (SIGTERM) and resolves as soon as its process is gone. Its containers are not
   * stopped. A shim that is gone already is no error. A shim in this process is closed instead.
   *
   * @throws {ShimClientError} `ERR_SHIM_PROCESS` when it names a process that is certainly not a shim.
   */
  stopShim(options?: WaitOptions): Promise<void>;
  /** The same as `stopShim`, by SIGKILL: the shim has no say. */
  killShim(options?: WaitOptions): Promise<void>;
  /** Closes the connection. A shim of its own process goes on and can be connected to again. */
  close(): Promise<void>;
  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Returns a client of the shim for `config`. `opt` decides how it is reached: see `withStart`, `withConnect`, `withLocal`.
 *
 * Aborting `options.signal` before it resolves leaves nothing behind. Afterwards it has no effect.
 */
export async function newClient(
  config: ShimConfig,
  opt: ClientOpt,
  options: WaitOptions = {},
): Promise<ShimClient> {
  options.signal?.throwIfAborted();
  const connection = await opt(config, options.signal);
  const { service } = connection;
  return {
    ...service,
    isAlive: async ({ signal } = {}) => answers(service, signal),
    stopShim: async ({ signal } = {}) => connection.end('SIGTERM', signal),
    killShim: async ({ signal } = {}) => connection.end('SIGKILL', signal),
    close: async () => connection.close(),
    [Symbol.asyncDispose]: async () => connection.close(),
  };
}

async function answers(service: ShimService, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await service.shimInfo({}, signal && { signal });
    return true;
  } catch (error) {
    if (error instanceof TtrpcError && error.code === 'ERR_TTRPC_CLOSED') return false;
    throw error;
  }
}
