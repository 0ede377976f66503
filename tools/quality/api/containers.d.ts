/// <reference types="node" preserve="true" />
import { Readable, Writable } from "node:stream";
import { Bundle } from "@shimwright/bundle-core";
import { Finding } from "@shimwright/runtime-v1";
import { ImageStore, PullProgress } from "@shimwright/oci-image";
interface LogEntry {
  readonly time: Date;
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
  readonly text: string;
  readonly isPartial: boolean;
}
interface PlaceOptions {
  readonly stateDir?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly namespace?: string | undefined;
  readonly runtime?: string | undefined;
  readonly lingerMs?: number | undefined;
}
interface Place {
  readonly stateDir: string;
  readonly dataDir: string;
  readonly namespace: string;
  readonly runtime: string;
  readonly lingerMs: number;
  readonly bundles: string;
  readonly work: string;
  readonly volumes: string;
  readonly images: string;
  readonly daemonAddress: string;
}
interface Attachment extends AsyncIterable<LogEntry>, Disposable {
  readonly stdin: Writable;
  close(): void;
}
type ContainerMount = {
  readonly type: 'bind';
  readonly source: string;
  readonly target: string;
  readonly readonly?: boolean | undefined;
} | {
  readonly type: 'tmpfs';
  readonly target: string;
  readonly sizeBytes?: number | undefined;
} | {
  readonly type: 'volume';
  readonly source: string;
  readonly target: string;
  readonly readonly?: boolean | undefined;
};
interface LimitOptions {
  readonly memoryBytes?: number | undefined;
  readonly cpus?: number | undefined;
  readonly pidsLimit?: number | 'unlimited' | undefined;
}
interface ContainerOptions extends PlaceOptions, LimitOptions {
  readonly image?: string | undefined;
  readonly pull?: 'missing' | 'always' | 'never' | undefined;
  readonly onPullProgress?: ((progress: PullProgress) => void) | undefined;
  readonly rootfs?: string | URL | undefined;
  readonly args?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly workdir?: string | undefined;
  readonly hostname?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly mounts?: readonly ContainerMount[] | undefined;
  readonly readonly?: boolean | undefined;
  readonly diskBytes?: number | undefined;
  readonly network?: 'none' | 'host' | (string & {}) | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly terminal?: boolean | undefined;
  readonly stopSignal?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}
interface CreateOptions extends ContainerOptions {
  readonly stdin?: boolean | undefined;
  readonly maxLogBytes?: number | undefined;
}
interface OutputOptions {
  readonly stdin?: string | Uint8Array | Readable | undefined;
  readonly stdout?: Writable | undefined;
  readonly stderr?: Writable | undefined;
  readonly maxOutputBytes?: number | undefined;
  readonly timeoutMs?: number | undefined;
}
interface RunOptions extends ContainerOptions, OutputOptions {}
interface ProcessResult {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly timedOut: boolean;
  readonly durationMs: number;
}
interface RunResult extends ProcessResult {
  readonly oomKilled: boolean;
}
interface ExecOptions extends OutputOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly workdir?: string | undefined;
  readonly terminal?: boolean | undefined;
  readonly onStart?: ((started: StartedProcess) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
type ExecDetachedOptions = Pick<ExecOptions, 'env' | 'user' | 'workdir' | 'signal'>;
interface StartedProcess {
  resize(size: {
    readonly columns: number;
    readonly rows: number;
  }): Promise<void>;
  kill(signal: string | number): Promise<void>;
}
interface LogsOptions {
  readonly follow?: boolean | undefined;
  readonly since?: Date | undefined;
  readonly tail?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}
interface ContainerRecord {
  readonly createdAt: Date;
  readonly image: string | undefined;
  readonly rootfs: string | undefined;
  readonly command: readonly string[];
  readonly stopSignal: string;
  readonly maxLogBytes: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
}
interface ContainerStats {
  readonly time: Date;
  readonly cpuMs: number;
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number | undefined;
  readonly pids: number;
}
interface StatsOptions {
  readonly intervalMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
interface StopOptions extends WaitOptions {
  readonly stopSignal?: string | number | undefined;
  readonly graceMs?: number | undefined;
}
interface ContainerExit {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | undefined;
  readonly oomKilled: boolean;
  readonly exitedAt: Date | undefined;
}
interface ContainerState {
  readonly status: 'created' | 'running' | 'paused' | 'stopped';
  readonly pid: number | undefined;
  readonly exit: ContainerExit | undefined;
}
declare class Container implements AsyncDisposable {
  #private;
  readonly id: string;
  readonly createdAt: Date;
  readonly image: string | undefined;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  constructor(bundle: Bundle, place: Place, record: ContainerRecord);
  start(options?: WaitOptions): Promise<this>;
  restart(options?: StopOptions): Promise<this>;
  state(options?: WaitOptions): Promise<ContainerState>;
  exec(args: readonly string[], options?: ExecOptions): Promise<ProcessResult>;
  execDetached(args: readonly string[], options?: ExecDetachedOptions): Promise<{
    readonly pid: number;
  }>;
  logs(options?: LogsOptions): AsyncGenerator<LogEntry, void, void>;
  stats(options?: StatsOptions): AsyncGenerator<ContainerStats, void, void>;
  wait(options?: WaitOptions): Promise<ContainerExit>;
  stop(options?: StopOptions): Promise<ContainerExit>;
  kill(signal?: string | number, options?: WaitOptions): Promise<void>;
  pause(options?: WaitOptions): Promise<void>;
  resume(options?: WaitOptions): Promise<void>;
  update(limits: LimitOptions & WaitOptions): Promise<void>;
  attach(options?: WaitOptions & {
    readonly logs?: boolean;
  }): Promise<Attachment>;
  resize(size: {
    readonly columns: number;
    readonly rows: number;
  }, options?: WaitOptions): Promise<void>;
  copyIn(archive: AsyncIterable<Uint8Array>, directory: string, options?: WaitOptions): Promise<void>;
  copyOut(path: string, options?: WaitOptions): Promise<Readable>;
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
export declare function create(options: CreateOptions): Promise<Container>;
export declare function start(options: CreateOptions): Promise<Container>;
interface DoctorFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly required: boolean;
  readonly found: string;
  readonly advice: string | undefined;
}
export declare function doctor(options?: PlaceOptions): Promise<DoctorFinding[]>;
type ContainerErrorCode = 'ERR_CONTAINER_ARGUMENT' | 'ERR_CONTAINER_COMMAND' | 'ERR_CONTAINER_COPY' | 'ERR_CONTAINER_CREATE' | 'ERR_CONTAINER_EXISTS' | 'ERR_CONTAINER_IMAGE' | 'ERR_CONTAINER_INPUT' | 'ERR_CONTAINER_LOST' | 'ERR_CONTAINER_NOT_FOUND' | 'ERR_CONTAINER_PLATFORM' | 'ERR_CONTAINER_ROOTLESS' | 'ERR_CONTAINER_RUNTIME' | 'ERR_CONTAINER_STATE' | 'ERR_CONTAINER_USER';
interface ContainerErrorFacts extends ErrorOptions {
  readonly id?: string;
  readonly option?: string;
  readonly path?: string;
  readonly exitCode?: number;
}
export declare class ContainerError extends Error {
  readonly code: ContainerErrorCode;
  readonly id: string | undefined;
  readonly option: string | undefined;
  readonly path: string | undefined;
  readonly exitCode: number | undefined;
  constructor(code: ContainerErrorCode, message: string, facts?: ContainerErrorFacts);
}
interface ContainerEvent {
  readonly time: Date;
  readonly type: 'create' | 'exit' | 'remove';
  readonly id: string;
  readonly exitCode: number | undefined;
}
interface EventsOptions extends PlaceOptions {
  readonly since?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
}
export declare function events(options?: EventsOptions): AsyncGenerator<ContainerEvent, void, void>;
interface ContainerInfo extends Pick<Container, 'id' | 'createdAt' | 'image' | 'command' | 'labels'> {
  readonly status: ContainerState['status'] | 'lost';
  readonly pid: number | undefined;
  readonly exit: ContainerState['exit'];
}
export declare function list(options?: PlaceOptions & WaitOptions): Promise<ContainerInfo[]>;
export declare function get(id: string, options?: PlaceOptions & WaitOptions): Promise<Container>;
export declare const allCapabilities: readonly string[];
export declare const defaultCapabilities: readonly string[];
interface Restored {
  readonly containers: Container[];
  readonly removed: Finding[];
}
export declare function restore(options?: PlaceOptions & WaitOptions): Promise<Restored>;
export declare function imageReference(image: string): Promise<string>;
export declare function imageStore(options?: PlaceOptions): Promise<ImageStore>;
export declare function run(options: RunOptions): Promise<RunResult>;
export type { Attachment, Container, ContainerErrorCode, ContainerErrorFacts, ContainerEvent, ContainerExit, ContainerInfo, ContainerMount, ContainerOptions, ContainerState, ContainerStats, CreateOptions, DoctorFinding, EventsOptions, ExecDetachedOptions, ExecOptions, LimitOptions, LogEntry, LogsOptions, OutputOptions, PlaceOptions, ProcessResult, Restored, RunOptions, RunResult, StartedProcess, StatsOptions, StopOptions, WaitOptions };
