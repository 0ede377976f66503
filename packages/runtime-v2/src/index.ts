/// <reference types="node" preserve="true" />
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
export {
  type Finding,
  RecoverError,
  type RecoverOptions,
  type RecoverProgress,
  recover,
} from '@shimwright/recover';
export { decodeEvent, type EventPublisher } from '@shimwright/shim-api';
export { ShimClientError, TaskIO, watchSpool } from '@shimwright/shim-client';
export type { TaskClient as ShimClient } from '@shimwright/shim-client/v2';
export { becomeSubreaper } from '@shimwright/shim-service';
export type { Config } from './config.ts';
export { newShimClient } from './new-shim-client.ts';
export { type RunOptions, shimConfig } from './shim-config.ts';
export {
  type ShimLocalOptions,
  type ShimOpt,
  type ShimRemoteOptions,
  shimConnect,
  shimLocal,
  shimRemote,
} from './shim-opt.ts';
