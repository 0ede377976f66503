/// <reference types="node" preserve="true" />
export type { ShimConfig } from '@shimwright/shim-api';
export {
  becomeSubreaper,
  type SubreaperOptions,
  spawnRuntime,
  TaskError,
  type TaskErrorCode,
} from '@shimwright/task-core';
export { type Program, sharedProgram, shimProgram, taskShimProgram } from './shim-program.ts';
export { createShimService, type ShimService, type ShimServiceOptions } from './v1/shim-v1.ts';
export { type StaleGroup, type StaleGroupOptions, staleGroups } from './v2/stale-groups.ts';
export {
  createTaskService,
  type TaskServiceSettings,
  type TaskShimService,
} from './v2/task-service.ts';
