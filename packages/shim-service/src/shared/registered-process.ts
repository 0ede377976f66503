import type {
  RegisteredBundle as AnyRegisteredBundle,
  RegisteredProcess as AnyRegisteredProcess,
} from '@shimwright/shim-host';
import type { ProcessRecord } from '@shimwright/task-core';

/** A process as it is registered: as it was noted, and when it began; that is empty while it is not made. */
export interface RegisteredProcess extends ProcessRecord, AnyRegisteredProcess {}

/** All that is registered of a bundle. */
export type RegisteredBundle = AnyRegisteredBundle<RegisteredProcess>;
