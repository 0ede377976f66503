import type { ServiceClient, ServiceHandlers } from '@shimwright/ttrpc';
import type { ShimDefinition } from './gen/containerd/shim.ts';

/** The 16 calls of a shim, each to a promise of its response. */
export type ShimService = ServiceClient<typeof ShimDefinition>;

/** What answers the 16 calls. */
export type ShimHandlers = ServiceHandlers<typeof ShimDefinition>;
