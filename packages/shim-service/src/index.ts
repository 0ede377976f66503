/// <reference types="node" preserve="true" />
export type { ShimConfig } from '@shimwright/shim-api';
export {
  becomeSubreaper,
  type SubreaperOptions,
  spawnRuntime,
  TaskError,
  type TaskErrorCode,
} from '@shimwright/task-core';
export { type Program, shimProgram } from './shim-program.ts';
export { createShimService, type ShimService, type ShimServiceOptions } from './v1/shim-v1.ts';
