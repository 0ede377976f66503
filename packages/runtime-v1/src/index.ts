// What the main job needs of the packages below, so that one dependency is enough to run a container.
export {
  type Bundle,
  BundleError,
  defaultSpec,
  listBundles,
  loadBundle,
  newBundle,
  type Spec,
} from '@shimwright/bundle-core';
export { decodeEvent } from '@shimwright/shim-api';
export { type ShimClient, ShimClientError, TaskIO, watchSpool } from '@shimwright/shim-client';
export { becomeSubreaper } from '@shimwright/shim-service';
export type { Config } from './config.ts';
export { newShimClient } from './new-shim-client.ts';
export { RecoverError, type RecoverErrorCode } from './recover/errors.ts';
export type { Finding, Found, RecoveredExit } from './recover/finding.ts';
export { recover } from './recover/recover.ts';
export type { RecoverOptions, RecoverProgress } from './recover/site.ts';
export { type RunOptions, shimConfig } from './shim-config.ts';
export {
  type EventPublisher,
  type ShimLocalOptions,
  type ShimOpt,
  type ShimRemoteOptions,
  shimConnect,
  shimLocal,
  shimRemote,
} from './shim-opt.ts';
