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
interface UnmountOptions {
  readonly detach?: boolean;
}
export declare function unmountAll(target: string, options?: UnmountOptions): number;
type NativeErrorCode = 'ERR_SHIM_ARGUMENT' | 'ERR_SHIM_DESCRIPTOR' | 'ERR_SHIM_MOUNT_TOO_LONG' | 'ERR_SHIM_MOUNT_UNSUPPORTED' | 'ERR_SHIM_NATIVE' | 'ERR_SHIM_NO_PEER' | 'ERR_SHIM_PLATFORM';
export declare class NativeError extends Error {
  readonly code: NativeErrorCode;
  constructor(code: NativeErrorCode, message: string, options?: ErrorOptions);
}
export declare function markUnknown(event: Any): Any;
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
export type { NativeErrorCode, Program, ShimConfig, ShimService, ShimServiceErrorCode, ShimServiceOptions, SubreaperOptions, UnmountOptions };
