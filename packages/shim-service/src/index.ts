/// <reference types="node" preserve="true" />
export type { ShimConfig } from '@shimwright/shim-api';
export { ShimServiceError, type ShimServiceErrorCode } from './errors.ts';
export { type Program, shimProgram } from './shim-program.ts';
export { createShimService, type ShimService, type ShimServiceOptions } from './shim-service.ts';
export { spawnRuntime } from './spawn-runtime.ts';
export { becomeSubreaper, type SubreaperOptions } from './subreaper.ts';
