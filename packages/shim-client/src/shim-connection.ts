import type { ShimConfig, ShimService } from '@shimwright/shim-api';

/** The signals that end a shim: asked to, or made to. */
export type EndSignal = 'SIGTERM' | 'SIGKILL';

/** A shim ready to be called, however it was reached. */
export interface ShimConnection {
  /** The 16 calls. */
  readonly service: ShimService;
  /** Ends the shim, and resolves as soon as it is gone. Rejects with the signal's reason on an abort. */
  end(signal: EndSignal, abort?: AbortSignal): Promise<void>;
  /** Gives the connection up; a shim process of its own goes on. Never rejects. */
  close(): Promise<void>;
}

/**
 * One way to reach the shim of a bundle. An abort of `signal` before it resolves undoes all it did and
 * rejects with the signal's reason.
 */
export type ClientOpt = (config: ShimConfig, signal?: AbortSignal) => Promise<ShimConnection>;
