import { Readable } from "node:stream";
type StdioTarget = 'ignore' | 'inherit' | number;
interface Stdio {
  readonly stdin?: StdioTarget | undefined;
  readonly stdout?: StdioTarget | undefined;
  readonly stderr?: StdioTarget | undefined;
}
type StandardStreams = readonly [StreamTarget, StreamTarget, StreamTarget];
type StreamTarget = StdioTarget | 'pipe';
interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly time?: string | undefined;
}
interface RuntimeCallOptions {
  readonly signal?: AbortSignal | undefined;
}
interface StartProcessOptions extends RuntimeCallOptions, Stdio {
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  readonly preserveFds?: readonly number[] | undefined;
}
interface RuntimeCreateOptions extends StartProcessOptions {
  readonly bundle: string;
  readonly noPivot?: boolean | undefined;
  readonly noNewKeyring?: boolean | undefined;
}
interface RuntimeRunOptions extends RuntimeCreateOptions {
  readonly detach?: boolean | undefined;
  readonly keep?: boolean | undefined;
  readonly noSubreaper?: boolean | undefined;
}
interface RuntimeExecOptions extends StartProcessOptions {
  readonly detach?: boolean | undefined;
  readonly tty?: boolean | undefined;
  readonly cgroup?: string | undefined;
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly additionalGids?: readonly number[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly noNewPrivileges?: boolean | undefined;
  readonly apparmorProfile?: string | undefined;
  readonly selinuxLabel?: string | undefined;
}
interface RuntimeKillOptions extends RuntimeCallOptions {
  readonly all?: boolean | undefined;
}
interface RuntimeDeleteOptions extends RuntimeCallOptions {
  readonly force?: boolean | undefined;
}
interface RuntimeEventsOptions extends RuntimeCallOptions {
  readonly intervalMs?: number | undefined;
}
interface CriuOptions {
  readonly imagePath: string;
  readonly workPath?: string | undefined;
  readonly tcpEstablished?: boolean | undefined;
  readonly externalUnixSockets?: boolean | undefined;
  readonly shellJob?: boolean | undefined;
  readonly fileLocks?: boolean | undefined;
  readonly lazyPages?: boolean | undefined;
  readonly autoDedup?: boolean | undefined;
  readonly manageCgroupsMode?: 'soft' | 'full' | 'strict' | undefined;
  readonly emptyNamespaces?: readonly string[] | undefined;
}
interface RuntimeCheckpointOptions extends RuntimeCallOptions, CriuOptions {
  readonly parentPath?: string | undefined;
  readonly leaveRunning?: boolean | undefined;
  readonly preDump?: boolean | undefined;
  readonly pageServer?: string | undefined;
}
interface RuntimeRestoreOptions extends CriuOptions, Omit<RuntimeRunOptions, 'keep' | 'noNewKeyring' | 'preserveFds'> {}
interface Started {
  readonly pid: number;
  readonly log: readonly LogEntry[];
}
interface Ended {
  readonly pid: number;
  readonly exitCode: number;
  readonly log: readonly LogEntry[];
}
interface ContainerEvent {
  readonly type: string;
  readonly id: string;
  readonly data: ContainerStats | undefined;
}
interface UsageStats {
  readonly limit: number;
  readonly usage?: number;
  readonly max?: number;
  readonly failcnt: number;
}
interface ContainerStats {
  readonly cpu?: {
    readonly usage?: {
      readonly total?: number;
      readonly percpu?: readonly number[];
      readonly kernel: number;
      readonly user: number;
    };
    readonly throttling?: {
      readonly periods?: number;
      readonly throttledPeriods?: number;
      readonly throttledTime?: number;
    };
  };
  readonly memory?: {
    readonly cache?: number;
    readonly usage?: UsageStats;
    readonly swap?: UsageStats;
    readonly kernel?: UsageStats;
    readonly raw?: Readonly<Record<string, number>>;
  };
  readonly pids?: {
    readonly current?: number;
    readonly limit?: number;
  };
}
declare const STATUSES: readonly ['creating', 'created', 'running', 'pausing', 'paused', 'stopped'];
type ContainerStatus = (typeof STATUSES)[number];
interface ContainerState {
  readonly id: string;
  readonly status: ContainerStatus;
  readonly pid: number;
  readonly bundle: string;
  readonly rootfs?: string | undefined;
  readonly created?: string | undefined;
  readonly owner?: string | undefined;
  readonly ociVersion?: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}
type OciRuntimeErrorCode = 'ERR_RUNTIME_ARGUMENT' | 'ERR_RUNTIME_NOT_FOUND' | 'ERR_RUNTIME_NOT_EXIST' | 'ERR_RUNTIME_EXISTS' | 'ERR_RUNTIME_STATE' | 'ERR_RUNTIME_UNSUPPORTED' | 'ERR_RUNTIME_FAILED' | 'ERR_RUNTIME_OUTPUT' | 'ERR_RUNTIME_CLEANUP';
interface OciRuntimeErrorFacts {
  readonly call?: string | undefined;
  readonly id?: string | undefined;
  readonly command?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly exitCode?: number | undefined;
  readonly exitSignal?: string | undefined;
  readonly stderr?: string | undefined;
  readonly log?: readonly LogEntry[] | undefined;
}
export declare class OciRuntimeError extends Error {
  readonly code: OciRuntimeErrorCode;
  readonly call: string | undefined;
  readonly id: string | undefined;
  readonly command: string | undefined;
  readonly args: readonly string[] | undefined;
  readonly exitCode: number | undefined;
  readonly exitSignal: string | undefined;
  readonly stderr: string;
  readonly log: readonly LogEntry[];
  constructor(code: OciRuntimeErrorCode, message: string, facts?: OciRuntimeErrorFacts & ErrorOptions);
}
export declare function findRuntime(command?: string, searchPath?: string): string;
interface RuntimeStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly standard: StandardStreams;
  readonly preserved: readonly number[];
  readonly streams: boolean;
}
interface SpawnedRuntime {
  readonly pid: number;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly exited: Promise<{
    readonly exitCode?: number;
    readonly exitSignal?: string;
  }>;
}
type RuntimeSpawn = (start: Pick<RuntimeStart, 'args' | 'command' | 'env'>, stdio: readonly ('ignore' | 'inherit' | 'pipe' | number)[]) => SpawnedRuntime;
interface OciRuntimeOptions {
  readonly command?: string | undefined;
  readonly root?: string | undefined;
  readonly systemdCgroup?: boolean | undefined;
  readonly rootless?: boolean | 'auto' | undefined;
  readonly criu?: string | undefined;
  readonly debug?: boolean | undefined;
  readonly log?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly tempDir?: string | undefined;
  readonly abortGraceMs?: number | undefined;
  readonly spawn?: RuntimeSpawn | undefined;
  readonly cleanupTimeoutMs?: number | undefined;
}
interface RuntimeVersion {
  readonly name: string;
  readonly version: string;
  readonly spec: string | undefined;
  readonly commit: string | undefined;
}
interface RuntimeFeatures {
  readonly ociVersionMin: string;
  readonly ociVersionMax: string;
  readonly hooks: readonly string[];
  readonly mountOptions: readonly string[];
  readonly linux: Readonly<Record<string, unknown>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface ProcessSpec {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: readonly string[];
  readonly user?: {
    readonly uid: number;
    readonly gid: number;
    readonly umask?: number;
    readonly additionalGids?: readonly number[];
  };
  readonly terminal?: boolean;
  readonly capabilities?: {
    readonly bounding?: readonly string[];
    readonly effective?: readonly string[];
    readonly inheritable?: readonly string[];
    readonly permitted?: readonly string[];
    readonly ambient?: readonly string[];
  };
  readonly noNewPrivileges?: boolean;
  readonly oomScoreAdj?: number;
}
interface Resources {
  readonly memory?: {
    readonly limit?: number;
    readonly reservation?: number;
    readonly swap?: number;
  };
  readonly cpu?: {
    readonly shares?: number;
    readonly quota?: number;
    readonly period?: number;
    readonly realtimeRuntime?: number;
    readonly realtimePeriod?: number;
    readonly cpus?: string;
    readonly mems?: string;
  };
  readonly pids?: {
    readonly limit: number;
  };
  readonly blockIO?: {
    readonly weight?: number;
  };
}
export declare class OciRuntime {
  #private;
  constructor(options?: OciRuntimeOptions);
  create(id: string, options: RuntimeCreateOptions): Promise<Started>;
  start(id: string, { signal }?: RuntimeCallOptions): Promise<void>;
  run(id: string, options: RuntimeRunOptions & {
    readonly detach: true;
  }): Promise<Started>;
  run(id: string, options: RuntimeRunOptions & {
    readonly detach?: false | undefined;
  }): Promise<Ended>;
  state(id: string, { signal }?: RuntimeCallOptions): Promise<ContainerState>;
  exec(id: string, process: readonly string[] | ProcessSpec, options: RuntimeExecOptions & {
    readonly detach: true;
  }): Promise<Started>;
  exec(id: string, process: readonly string[] | ProcessSpec, options?: RuntimeExecOptions & {
    readonly detach?: false | undefined;
  }): Promise<Ended>;
  kill(id: string, signal?: NodeJS.Signals | number, options?: RuntimeKillOptions): Promise<void>;
  delete(id: string, { force, signal }?: RuntimeDeleteOptions): Promise<void>;
  pause(id: string, { signal }?: RuntimeCallOptions): Promise<void>;
  resume(id: string, { signal }?: RuntimeCallOptions): Promise<void>;
  update(id: string, resources: Resources, { signal }?: RuntimeCallOptions): Promise<void>;
  ps(id: string, { signal }?: RuntimeCallOptions): Promise<readonly number[]>;
  events(id: string, { intervalMs, signal }?: RuntimeEventsOptions): AsyncGenerator<ContainerEvent, void, undefined>;
  stats(id: string, { signal }?: RuntimeCallOptions): Promise<ContainerStats>;
  checkpoint(id: string, options: RuntimeCheckpointOptions): Promise<void>;
  restore(id: string, options: RuntimeRestoreOptions & {
    readonly detach: true;
  }): Promise<Started>;
  restore(id: string, options: RuntimeRestoreOptions & {
    readonly detach?: false | undefined;
  }): Promise<Ended>;
  list({ signal }?: RuntimeCallOptions): Promise<readonly ContainerState[]>;
  version({ signal }?: RuntimeCallOptions): Promise<RuntimeVersion>;
  features({ signal }?: RuntimeCallOptions): Promise<RuntimeFeatures>;
}
export type { ContainerEvent, ContainerState, ContainerStats, ContainerStatus, CriuOptions, Ended, LogEntry, OciRuntimeErrorCode, OciRuntimeErrorFacts, OciRuntimeOptions, ProcessSpec, Resources, RuntimeCallOptions, RuntimeCheckpointOptions, RuntimeCreateOptions, RuntimeDeleteOptions, RuntimeEventsOptions, RuntimeExecOptions, RuntimeFeatures, RuntimeKillOptions, RuntimeRestoreOptions, RuntimeRunOptions, RuntimeSpawn, RuntimeStart, RuntimeVersion, SpawnedRuntime, StartProcessOptions, Started, Stdio, StdioTarget, UsageStats };
