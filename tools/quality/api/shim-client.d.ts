import { Any, ShimHandlers, ShimService } from "@shimwright/shim-api";
import { Socket } from "node:net";
import { Readable } from "node:stream";
type ShimErrorCode = 'ERR_SHIM_NOT_FOUND' | 'ERR_SHIM_EXITED' | 'ERR_SHIM_ADDRESS' | 'ERR_SHIM_ADDRESS_IN_USE' | 'ERR_SHIM_UNREACHABLE' | 'ERR_SHIM_CGROUP' | 'ERR_SHIM_PROCESS' | 'ERR_SPOOL_INSECURE' | 'ERR_SPOOL_EVENT' | 'ERR_TASK_IO';
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
export declare function sharedControlSocket(bundlePath: string): Promise<string | undefined>;
interface SharedProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  readonly controlSocket: string;
  readonly cgroup?: string;
}
interface ShimConfig {
  readonly path: string;
  readonly workDir: string;
  readonly namespace: string;
  readonly criu: string;
  readonly runtimeRoot: string;
  readonly systemdCgroup: boolean;
}
interface SharedShim {
  readonly path: string;
  readonly namespace: string;
  readonly address: string;
  readonly unknownExits: readonly string[];
}
type EndSignal = 'SIGTERM' | 'SIGKILL';
interface ShimConnection {
  readonly service: ShimService;
  end(signal: EndSignal, abort?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
type ClientOpt = (config: ShimConfig, signal?: AbortSignal) => Promise<ShimConnection>;
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
export declare function newClient(config: ShimConfig, opt: ClientOpt, options?: WaitOptions): Promise<ShimClient>;
interface SpooledEvent {
  readonly timestamp: Date;
  readonly namespace: string;
  readonly topic: string;
  readonly event: Any;
}
export declare function spoolPath(daemonAddress: string): string;
export declare function prepareSpool(daemonAddress: string): string;
export declare function watchSpool(daemonAddress: string, options?: {
  readonly signal?: AbortSignal;
}): AsyncGenerator<SpooledEvent, void, void>;
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
interface ConnectOptions {
  readonly address: string;
  readonly onClose?: () => void;
}
export declare function withConnect(options: ConnectOptions): ClientOpt;
interface LocalShim {
  readonly handlers: ShimHandlers;
  close(): Promise<void>;
}
type CreateService = (config: ShimConfig, signal?: AbortSignal) => Promise<LocalShim>;
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
export declare function listShared(options: SharedProcessOptions, signal?: AbortSignal): Promise<readonly SharedShim[]>;
export declare function isExitUnknown({ value }: Any): boolean;
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
export type { ClientOpt, ConnectOptions, CreateService, EndSignal, LocalShim, SharedConnectOptions, SharedOptions, SharedProcessOptions, SharedShim, ShimClient, ShimConfig, ShimConnection, ShimErrorCode, ShimErrorFacts, SpooledEvent, StartOptions, TaskIOOptions, TaskIOPaths, TaskStreams, WaitOptions };
