/// <reference types="node" preserve="true" />
import { Any, ShimConfig, ShimConfig as ShimConfig$1, ShimHandlers } from "@shimwright/shim-api";
import { SubreaperOptions, TaskError, TaskErrorCode, becomeSubreaper, spawnRuntime } from "@shimwright/task-core";
import { TaskHandlers } from "@shimwright/shim-api/task-v2";
interface Program {
  readonly command: string;
  readonly args: readonly string[];
}
export declare function shimProgram(): Program;
export declare function taskShimProgram(): string;
export declare function sharedProgram(): Program;
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
interface StaleGroupOptions {
  readonly namespace: string;
  readonly daemonAddress: string;
}
interface StaleGroup {
  readonly directory: string;
  remove(): Promise<boolean>;
}
export declare function staleGroups({ namespace, daemonAddress }: StaleGroupOptions): StaleGroup[];
interface TaskServiceSettings extends Pick<ShimServiceOptions, 'allowedLoggers' | 'publish'> {}
interface TaskShimService {
  readonly handlers: TaskHandlers;
  close(): Promise<void>;
}
export declare function createTaskService({ namespace }: {
  readonly namespace: string;
}, { publish, allowedLoggers }: TaskServiceSettings): TaskShimService;
export { type Program, type ShimConfig, type ShimService, type ShimServiceOptions, type StaleGroup, type StaleGroupOptions, type SubreaperOptions, TaskError, type TaskErrorCode, type TaskServiceSettings, type TaskShimService, becomeSubreaper, spawnRuntime };
