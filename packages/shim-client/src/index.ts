/// <reference types="node" preserve="true" />
export type { SharedInfo, SharedShim, ShimConfig } from '@shimwright/shim-api';
export { isExitUnknown, readSpool, type SpooledEvent, spoolPath, watchSpool } from '@shimwright/shim-host';
export { findCgroup } from './cgroup.ts';
export { ShimClientError, type ShimErrorCode, type ShimErrorFacts } from './errors.ts';
export { handOver, sharedInfo } from './hand-over.ts';
export type { SharedProcessOptions } from './shared-process.ts';
export { newClient, type ShimClient, type WaitOptions } from './shim-client.ts';
export type { ClientOpt, EndSignal, ShimConnection } from './shim-connection.ts';
export { TaskIO, type TaskIOOptions, type TaskIOPaths, type TaskStreams } from './task-io.ts';
export { type ShimTrace, type TraceShimOptions, traceShim } from './trace-shim.ts';
export { type ConnectOptions, withConnect } from './with-connect.ts';
export { type CreateService, type LocalShim, withLocal } from './with-local.ts';
export {
  listShared,
  type SharedConnectOptions,
  type SharedOptions,
  withShared,
  withSharedConnect,
} from './with-shared.ts';
export { type StartOptions, withStart } from './with-start.ts';
