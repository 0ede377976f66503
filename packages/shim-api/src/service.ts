import type { ServiceClient, ServiceHandlers } from '@shimwright/ttrpc';
import type { EventsDefinition } from './gen/containerd/events-ttrpc.ts';
import type { ShimDefinition } from './gen/containerd/shim.ts';

/** The 16 calls of a shim, each to a promise of its response. */
export type ShimService = ServiceClient<typeof ShimDefinition>;

/** What answers the 16 calls. */
export type ShimHandlers = ServiceHandlers<typeof ShimDefinition>;

/** The one call of who takes the events of shims. */
export type EventsService = ServiceClient<typeof EventsDefinition>;

/** What answers that call. */
export type EventsHandlers = ServiceHandlers<typeof EventsDefinition>;
