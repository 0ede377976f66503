/// <reference types="node" preserve="true" />
import { Any, ShimConfig, ShimConfig as ShimConfig$1, ShimHandlers } from "@shimwright/shim-api";
import { RuntimeSpawn } from "@shimwright/oci-runtime";
type ShimServiceErrorCode = 'ERR_SHIM_SUBREAPER' | 'ERR_SHIM_STDIO' | 'ERR_SHIM_CONSOLE';
export declare class ShimServiceError extends Error {
  readonly code: ShimServiceErrorCode;
  readonly path: string | undefined;
  constructor(code: ShimServiceErrorCode, message: string, facts?: {
    readonly path?: string;
  } & ErrorOptions);
}
interface Program {
  readonly command: string;
  readonly args: readonly string[];
}
export declare function shimProgram(): Program;
interface ShimServiceOptions {
  readonly publish: (topic: string, event: Any) => void;
  readonly runtime?: string;
  readonly allowedLoggers?: readonly string[];
  readonly oomEvents?: boolean;
}
interface ShimService {
  readonly handlers: ShimHandlers;
  close(): Promise<void>;
}
export declare function createShimService(config: ShimConfig$1, options: ShimServiceOptions): ShimService;
export declare const spawnRuntime: RuntimeSpawn;
interface SubreaperOptions {
  readonly orphans?: 'containers' | 'all';
}
export declare function becomeSubreaper({ orphans }?: SubreaperOptions): void;
export type { Program, ShimConfig, ShimService, ShimServiceErrorCode, ShimServiceOptions, SubreaperOptions };
