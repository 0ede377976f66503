export type { SharedShim, ShimConfig } from '@shimwright/shim-api';
export { findCgroup } from './cgroup.ts';
export { ShimClientError, type ShimErrorCode, type ShimErrorFacts } from './errors.ts';
export { identify, isRunning, type ProcessIdentity } from './process-identity.ts';
export { sharedControlSocket } from './shared-link.ts';
export type { SharedProcessOptions } from './shared-process.ts';
export { newClient, type ShimClient, type WaitOptions } from './shim-client.ts';
export type { ClientOpt, EndSignal, ShimConnection } from './shim-connection.ts';
export { freeSocketPath, isListening } from './shim-socket.ts';
export { prepareSpool, readSpool, type SpooledEvent, spoolPath, watchSpool } from './spool.ts';
export { TaskIO, type TaskIOOptions, type TaskIOPaths, type TaskStreams } from './task-io.ts';
export { type ShimTrace, type TraceShimOptions, traceShim } from './trace-shim.ts';
export { type ConnectOptions, withConnect } from './with-connect.ts';
export { type CreateService, type LocalShim, withLocal } from './with-local.ts';
export {
  isExitUnknown,
  listShared,
  type SharedConnectOptions,
  type SharedOptions,
  withShared,
  withSharedConnect,
} from './with-shared.ts';
export { type StartOptions, withStart } from './with-start.ts';
