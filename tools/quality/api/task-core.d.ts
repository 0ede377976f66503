import { ExitStatus, ProcessIdentity } from "@shimwright/linux-native";
import { CriuOptions, OciRuntime, RuntimeSpawn, StartProcessOptions } from "@shimwright/oci-runtime";
interface Moment {
  readonly seconds: number;
  readonly nanos: number;
}
export declare const NEVER: Moment;
export declare function now(): Moment;
interface ProcessExit extends ExitStatus {
  readonly status: number;
  readonly exitedAt: Moment;
  readonly isUnknown?: true;
}
export declare function watchExit(pid: number): Promise<ProcessExit>;
interface StdioPaths {
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly terminal: boolean;
}
interface IOOwner {
  readonly uid: number;
  readonly gid: number;
}
interface RootfsMount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}
interface RuntimeChoice {
  readonly command: string;
  readonly root: string;
  readonly systemdCgroup: boolean;
  readonly criu: string;
}
interface RestoreRequest extends CriuOptions {
  readonly parentPath?: string | undefined;
}
interface CreateRequest {
  readonly id: string;
  readonly bundle: string;
  readonly rootfs: readonly RootfsMount[];
  readonly stdio: StdioPaths;
  readonly runtime: RuntimeChoice;
  readonly owner?: IOOwner | undefined;
  readonly noPivotRoot?: boolean;
  readonly noNewKeyring?: boolean;
  readonly restore?: RestoreRequest | undefined;
}
interface ExecRequest {
  readonly execId: string;
  readonly spec: string;
  readonly stdio: StdioPaths;
}
interface KillRequest {
  readonly signal: number;
  readonly all?: boolean;
}
interface CheckpointRequest extends CriuOptions {
  readonly workPath: string;
  readonly keepWork: boolean;
  readonly leaveRunning: boolean;
}
interface TerminalSize {
  readonly width: number;
  readonly height: number;
}
interface TaskState {
  readonly id: string;
  readonly execId: string;
  readonly bundle: string;
  readonly pid: number;
  readonly status: TaskStatus;
  readonly stdio: StdioPaths;
  readonly exitStatus: number;
  readonly exitedAt: {
    readonly seconds: number;
    readonly nanos: number;
  };
}
type TaskStatus = 'CREATED' | 'RUNNING' | 'STOPPED' | 'PAUSED' | 'PAUSING';
interface ListedProcess {
  readonly pid: number;
  readonly execId: string | undefined;
}
type TaskEvent = {
  readonly type: 'create';
  readonly containerId: string;
  readonly bundle: string;
  readonly rootfs: readonly RootfsMount[];
  readonly stdio: StdioPaths;
  readonly checkpoint: string;
  readonly pid: number;
} | {
  readonly type: 'start';
  readonly containerId: string;
  readonly pid: number;
} | {
  readonly type: 'exec-added';
  readonly containerId: string;
  readonly execId: string;
} | {
  readonly type: 'exec-started';
  readonly containerId: string;
  readonly execId: string;
  readonly pid: number;
} | {
  readonly type: 'exit' | 'delete';
  readonly containerId: string;
  readonly execId: string;
  readonly pid: number;
  readonly exitStatus: number;
  readonly exitedAt: Moment;
  readonly isUnknown?: true | undefined;
} | {
  readonly type: 'paused' | 'resumed' | 'oom';
  readonly containerId: string;
} | {
  readonly type: 'checkpointed';
  readonly containerId: string;
  readonly imagePath: string;
};
interface ProcessRecord {
  readonly containerId: string;
  readonly execId: string;
  readonly stdio: StdioPaths;
  readonly isStdinClosed: boolean;
  readonly pid: number;
  readonly exit?: ProcessExit | undefined;
  readonly container?: ContainerRecord | undefined;
  readonly exec?: ExecRecord | undefined;
}
interface ContainerRecord {
  readonly bundle: string;
  readonly rootfs: string;
  readonly isSlowToUnmount: boolean;
  readonly runtime: RuntimeChoice;
  readonly sharesPids: boolean;
  readonly owner?: IOOwner | undefined;
}
interface ExecRecord {
  readonly spec: string;
  readonly isStarted: boolean;
}
interface Journal {
  save(process: ProcessRecord): void;
  forget(containerId: string, execId: string): void;
  note(event: TaskEvent, process?: ProcessRecord): () => void;
}
export declare function tellingJournal(tell: (event: TaskEvent) => void): Journal;
type ProcessState = 'creating' | 'created' | 'starting' | 'running' | 'pausing' | 'paused' | 'resuming' | 'stopped' | 'deleted';
interface ProcessIO {
  readonly runtimeOptions: Pick<StartProcessOptions, 'stdin' | 'stdout' | 'stderr' | 'consoleSocket'>;
  started(): Promise<void>;
  closeStdin(): void;
  resize(size: {
    readonly width: number;
    readonly height: number;
  }): void;
  ended(): void;
  readonly drained: Promise<void>;
  close(): void;
  release(): void;
}
interface AdoptedProcess {
  readonly pid: number;
  readonly state: ProcessState;
  readonly isStdinClosed: boolean;
  readonly exit?: ProcessExit | undefined;
  readonly ended?: Promise<ProcessExit> | undefined;
  signal(number: number): void;
}
interface Adopted {
  readonly record: ProcessRecord;
  readonly known: AdoptedProcess;
  readonly io: ProcessIO | undefined;
}
interface KeptIO {
  readonly descriptors: Readonly<Record<string, number>>;
  readonly copiers: Readonly<Record<string, ProcessIdentity>>;
}
interface IOKeeper {
  keep(containerId: string, execId: string, io: KeptIO): void;
  drop(containerId: string, execId: string): void;
}
interface IOObserver {
  onChange(io: KeptIO): void;
  onEnd(): void;
}
export declare const UNKEPT: IOObserver;
export declare function observerOf(keeper: IOKeeper, containerId: string, execId: string): IOObserver;
interface TaskEnvironment {
  readonly namespace: string;
  readonly journal: Journal;
  readonly allowedLoggers?: readonly string[] | 'any' | undefined;
  readonly keeper?: IOKeeper | undefined;
  readonly oomEvents?: boolean | undefined;
}
interface DeletedProcess {
  readonly pid: number;
  readonly exitStatus: number;
  readonly exitedAt: TaskState['exitedAt'];
}
export declare class Container {
  #private;
  static create(request: CreateRequest, environment: TaskEnvironment, signal: AbortSignal): Promise<Container>;
  static adopt(processes: readonly Adopted[], environment: TaskEnvironment): Container | undefined;
  private constructor();
  get id(): string;
  get pid(): number;
  get isDeleted(): boolean;
  get isEmpty(): boolean;
  start(execId: string, signal?: AbortSignal): Promise<number>;
  state(execId: string): TaskState;
  delete(execId: string, signal?: AbortSignal): Promise<DeletedProcess>;
  exec(request: ExecRequest): void;
  kill(execId: string, request: KillRequest, signal?: AbortSignal): Promise<void>;
  pause(signal?: AbortSignal): Promise<void>;
  resume(signal?: AbortSignal): Promise<void>;
  update(resources: string, signal?: AbortSignal): Promise<void>;
  checkpoint(request: CheckpointRequest, signal?: AbortSignal): Promise<void>;
  wait(execId: string, signal?: AbortSignal): Promise<TaskState>;
  pids(id?: string, signal?: AbortSignal): Promise<ListedProcess[]>;
  resize(execId: string, size: TerminalSize): void;
  closeIO(execId: string): void;
  destroy(): Promise<void>;
  release(): void;
}
export declare class Containers {
  #private;
  constructor(environment: TaskEnvironment);
  get ids(): string[];
  create(request: CreateRequest, signal?: AbortSignal): Promise<Container>;
  get(id: string): Container;
  adopt(processes: readonly Adopted[]): Container | undefined;
  destroy(id: string): Promise<void>;
  abandon(): Promise<void>;
  close(): Promise<void>;
  release(): void;
}
type TaskErrorCode = 'ERR_TASK_EXISTS' | 'ERR_TASK_NOT_FOUND' | 'ERR_TASK_NOT_CREATED' | 'ERR_TASK_FINISHED' | 'ERR_TASK_STATE' | 'ERR_TASK_ARGUMENT' | 'ERR_TASK_SIGNAL' | 'ERR_TASK_RUNTIME' | 'ERR_TASK_TIMEOUT' | 'ERR_TASK_MOUNT' | 'ERR_TASK_STDIO' | 'ERR_TASK_CONSOLE' | 'ERR_TASK_DESCRIPTORS' | 'ERR_TASK_SUBREAPER';
interface TaskErrorFacts extends ErrorOptions {
  readonly id?: string | undefined;
  readonly path?: string | undefined;
}
export declare class TaskError extends Error {
  readonly code: TaskErrorCode;
  readonly id: string | undefined;
  readonly path: string | undefined;
  constructor(code: TaskErrorCode, message: string, facts?: TaskErrorFacts);
}
export declare function findExecProcess(bundle: string, execId: string): ProcessIdentity | undefined;
interface ForeignProcess {
  readonly ended: Promise<ProcessExit>;
  signal(number: number): void;
}
export declare function unknownExit(): ProcessExit;
export declare function exitOfGone(pid: number, startTime: string): ProcessExit;
export declare function watchForeign(pid: number, startTime: string): ForeignProcess | undefined;
interface SubreaperOptions {
  readonly orphans?: 'containers' | 'all';
}
export declare function becomeSubreaper({ orphans }?: SubreaperOptions): void;
export declare function setTeller(pid: number | undefined): void;
export declare function noteToldExit(process: ProcessIdentity, exit: ExitStatus): void;
export declare function unmountRootfs(target: string, isSlowToUnmount?: boolean): Promise<void>;
declare const LIMITS: {
  readonly making: 300000;
  readonly saving: 3600000;
  readonly asking: 30000;
};
type LimitKind = keyof typeof LIMITS;
export declare function runtimeOf({ command, root, systemdCgroup, criu }: RuntimeChoice, bundle: string): OciRuntime;
interface BoundedCall {
  readonly doing: string;
  readonly limit: LimitKind;
  readonly bundle?: string;
  readonly signals: readonly (AbortSignal | undefined)[];
}
export declare function bounded<Result>({ doing, limit, signals, bundle }: BoundedCall, call: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
export declare const spawnRuntime: RuntimeSpawn;
export declare function resumeIO(stdio: StdioPaths, kept: KeptIO, observer: IOObserver): ProcessIO;
export declare function reopenIO(stdio: StdioPaths, isStdinClosed: boolean): ProcessIO;
export type { Adopted, AdoptedProcess, CheckpointRequest, ContainerRecord, CreateRequest, DeletedProcess, ExecRecord, ExecRequest, ForeignProcess, IOKeeper, IOObserver, IOOwner, Journal, KeptIO, KillRequest, ListedProcess, Moment, ProcessExit, ProcessIO, ProcessRecord, ProcessState, RestoreRequest, RootfsMount, RuntimeChoice, StdioPaths, SubreaperOptions, TaskEnvironment, TaskErrorCode, TaskErrorFacts, TaskEvent, TaskState, TaskStatus, TerminalSize };
