/// <reference types="node" preserve="true" />
import { SharedInfo, SharedInfo as SharedInfo$1, SharedShim, SharedShim as SharedShim$1, ShimConfig, ShimConfig as ShimConfig$1, ShimHandlers, ShimService } from "@shimwright/shim-api";
import { SpooledEvent, isExitUnknown, readSpool, spoolPath, watchSpool } from "@shimwright/shim-host";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { ShimIdentity } from "@shimwright/shim-address";
export declare function findCgroup(cgroup: string): readonly string[];
type ShimErrorCode = 'ERR_SHIM_NOT_FOUND' | 'ERR_SHIM_SPAWN' | 'ERR_SHIM_EXITED' | 'ERR_SHIM_UNREACHABLE' | 'ERR_SHIM_CGROUP' | 'ERR_SHIM_PROCESS' | 'ERR_SHIM_VERSION' | 'ERR_SHIM_RUNTIME' | 'ERR_SHIM_BUNDLE' | 'ERR_SHIM_BOOTSTRAP' | 'ERR_SHIM_PROTOCOL' | 'ERR_SHIM_TIMEOUT' | 'ERR_TASK_IO';
interface ShimErrorFacts {
  readonly path?: string;
  readonly stderr?: string;
  readonly exitCode?: number | null;
}
export declare class ShimClientError extends Error {
  readonly code: ShimErrorCode;
  readonly path: string | undefined;
  readonly stderr: string | undefined;
  readonly exitCode: number | null | undefined;
  constructor(code: ShimErrorCode, message: string, facts?: ShimErrorFacts & ErrorOptions);
}
interface SharedProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  readonly controlSocket: string;
  readonly cgroup?: string;
}
export declare function sharedInfo({ controlSocket }: Pick<SharedProcessOptions, 'controlSocket'>, signal?: AbortSignal): Promise<SharedInfo$1 | undefined>;
export declare function handOver(options: SharedProcessOptions, signal?: AbortSignal): Promise<readonly SharedShim$1[]>;
type EndSignal = 'SIGTERM' | 'SIGKILL';
interface ShimConnection {
  readonly service: ShimService;
  end(signal: EndSignal, abort?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
type ClientOpt = (config: ShimConfig$1, signal?: AbortSignal) => Promise<ShimConnection>;
interface WaitOptions {
  readonly signal?: AbortSignal;
}
interface ShimClient extends ShimService, AsyncDisposable {
  isAlive(options?: WaitOptions): Promise<boolean>;
  stopShim(options?: WaitOptions): Promise<void>;
  killShim(options?: WaitOptions): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
export declare function newClient(config: ShimConfig$1, opt: ClientOpt, options?: WaitOptions): Promise<ShimClient>;
interface TaskIOPaths {
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
}
interface TaskStreams {
  readonly stdin: Socket | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
}
interface TaskIOOptions {
  readonly stdin?: boolean;
  readonly terminal?: boolean;
}
export declare class TaskIO implements AsyncDisposable {
  #private;
  readonly paths: TaskIOPaths;
  static create(directory: string, options?: TaskIOOptions): Promise<TaskIO>;
  static open(paths: TaskIOPaths): TaskIO;
  private constructor();
  streams(): TaskStreams;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
interface TraceShimOptions extends ShimIdentity {
  readonly bundlePath: string;
  readonly legacyAddress?: boolean;
}
interface ShimTrace {
  readonly state: 'live' | 'dead' | 'none';
  readonly pid: number | undefined;
  readonly address: string | undefined;
  readonly controlSocket: string | undefined;
}
export declare function traceShim({ bundlePath, legacyAddress, ...identity }: TraceShimOptions): Promise<ShimTrace>;
interface ConnectOptions {
  readonly address: string;
  readonly onClose?: () => void;
}
export declare function withConnect(options: ConnectOptions): ClientOpt;
interface LocalShim {
  readonly handlers: ShimHandlers;
  close(): Promise<void>;
}
type CreateService = (config: ShimConfig$1, signal?: AbortSignal) => Promise<LocalShim>;
export declare function withLocal(create: CreateService): ClientOpt;
interface SharedOptions extends SharedProcessOptions {
  readonly address: string;
  readonly daemonAddress: string;
  readonly publisher?: string;
  readonly onExit?: () => void;
}
interface SharedConnectOptions extends SharedProcessOptions, ConnectOptions {}
export declare function withShared(options: SharedOptions): ClientOpt;
export declare function withSharedConnect(options: SharedConnectOptions): ClientOpt;
export declare function listShared(options: SharedProcessOptions, signal?: AbortSignal, path?: string): Promise<readonly SharedShim$1[]>;
interface StartOptions {
  readonly shim: string;
  readonly address: string;
  readonly daemonAddress: string;
  readonly cgroup?: string;
  readonly debug?: boolean;
  readonly publisher?: string;
  readonly onExit?: () => void;
}
export declare function withStart(options: StartOptions): ClientOpt;
export { type ClientOpt, type ConnectOptions, type CreateService, type EndSignal, type LocalShim, type SharedConnectOptions, type SharedInfo, type SharedOptions, type SharedProcessOptions, type SharedShim, type ShimClient, type ShimConfig, type ShimConnection, type ShimErrorCode, type ShimErrorFacts, type ShimTrace, type SpooledEvent, type StartOptions, type TaskIOOptions, type TaskIOPaths, type TaskStreams, type TraceShimOptions, type WaitOptions, isExitUnknown, readSpool, spoolPath, watchSpool };
// v2
/// <reference types="node" preserve="true" />
import { DeleteResponse, TaskHandlers, TaskService } from "@shimwright/shim-api/task-v2";
import { Any } from "@shimwright/shim-api";
interface TaskConfig {
  readonly id: string;
  readonly path: string;
  readonly workDir: string;
  readonly namespace: string;
  readonly options?: Any | undefined;
}
interface DeleteTaskOptions {
  readonly runtime?: string;
  readonly daemonAddress?: string;
  readonly signal?: AbortSignal;
}
export declare function deleteTask(config: TaskConfig, options?: DeleteTaskOptions): Promise<DeleteResponse>;
export declare function findTaskShim(runtime: string): string;
interface TaskEndpoint {
  readonly version: 2 | 3;
  readonly address: string;
}
interface WaitOptions {
  readonly signal?: AbortSignal;
}
interface TaskConnection {
  readonly service: TaskService;
  stop(abort?: AbortSignal): Promise<void>;
  kill(abort?: AbortSignal): Promise<void>;
  cleanUp(abort?: AbortSignal): Promise<DeleteResponse>;
  close(): Promise<void>;
}
type TaskOpt = (config: TaskConfig, signal?: AbortSignal) => Promise<TaskConnection>;
interface LocalTaskShim {
  readonly handlers: TaskHandlers;
  close(): Promise<void>;
}
interface TaskClient extends TaskService, AsyncDisposable {
  isAlive(options?: WaitOptions): Promise<boolean>;
  stopShim(options?: WaitOptions): Promise<void>;
  killShim(options?: WaitOptions): Promise<void>;
  deleteShim(options?: WaitOptions): Promise<DeleteResponse>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
export declare function newTaskClient(config: TaskConfig, opt: TaskOpt, options?: WaitOptions): Promise<TaskClient>;
export declare function loadEndpoint(bundlePath: string): TaskEndpoint;
export declare function loadShimBinary(bundlePath: string): string | undefined;
interface TaskConnectOptions {
  readonly onClose?: () => void;
}
export declare function withTaskConnect(options?: TaskConnectOptions): TaskOpt;
type CreateTaskShim = (config: TaskConfig, signal?: AbortSignal) => Promise<LocalTaskShim>;
export declare function withTaskLocal(create: CreateTaskShim): TaskOpt;
interface TaskStartOptions {
  readonly runtime: string;
  readonly daemonAddress: string;
  readonly cgroup?: string;
  readonly debug?: boolean;
  readonly socketDirectory?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly startTimeoutMs?: number;
  readonly onExit?: () => void;
}
export declare function withTaskStart(options: TaskStartOptions): TaskOpt;
export type { CreateTaskShim, DeleteTaskOptions, LocalTaskShim, TaskClient, TaskConfig, TaskConnectOptions, TaskConnection, TaskEndpoint, TaskOpt, TaskStartOptions };
