/// <reference types="node" preserve="true" />
import { Readable } from "node:stream";
interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly time?: string | undefined;
}
type StdioTarget = 'ignore' | 'inherit' | number;
interface Stdio {
  readonly stdin?: StdioTarget | undefined;
  readonly stdout?: StdioTarget | undefined;
  readonly stderr?: StdioTarget | undefined;
}
type StandardStreams = readonly [StreamTarget, StreamTarget, StreamTarget];
type StreamTarget = StdioTarget | 'pipe';
interface RuntimeCallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
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
type Int64 = number | bigint;
type Limit = Int64 | 'unlimited';
interface ProcessSpec {
  readonly args?: readonly string[] | undefined;
  readonly cwd: string;
  readonly env?: readonly string[] | undefined;
  readonly user?: {
    readonly uid: number;
    readonly gid: number;
    readonly umask?: number | undefined;
    readonly additionalGids?: readonly number[] | undefined;
  } | undefined;
  readonly terminal?: boolean | undefined;
  readonly consoleSize?: {
    readonly height: number;
    readonly width: number;
  } | undefined;
  readonly capabilities?: {
    readonly bounding?: readonly string[] | undefined;
    readonly effective?: readonly string[] | undefined;
    readonly inheritable?: readonly string[] | undefined;
    readonly permitted?: readonly string[] | undefined;
    readonly ambient?: readonly string[] | undefined;
  } | undefined;
  readonly rlimits?: readonly {
    readonly type: string;
    readonly soft: Limit;
    readonly hard: Limit;
  }[] | undefined;
  readonly noNewPrivileges?: boolean | undefined;
  readonly apparmorProfile?: string | undefined;
  readonly selinuxLabel?: string | undefined;
  readonly oomScoreAdj?: number | undefined;
  readonly scheduler?: {
    readonly policy: string;
    readonly nice?: number | undefined;
    readonly priority?: number | undefined;
    readonly flags?: readonly string[] | undefined;
    readonly runtime?: Int64 | undefined;
    readonly deadline?: Int64 | undefined;
    readonly period?: Int64 | undefined;
  } | undefined;
  readonly ioPriority?: {
    readonly class: string;
    readonly priority?: number | undefined;
  } | undefined;
  readonly execCPUAffinity?: {
    readonly initial?: string | undefined;
    readonly final?: string | undefined;
  } | undefined;
}
interface Resources {
  readonly memory?: {
    readonly limit?: Limit | undefined;
    readonly reservation?: Limit | undefined;
    readonly swap?: Limit | undefined;
    readonly kernel?: Limit | undefined;
    readonly kernelTCP?: Limit | undefined;
    readonly swappiness?: Int64 | undefined;
    readonly disableOOMKiller?: boolean | undefined;
    readonly useHierarchy?: boolean | undefined;
    readonly checkBeforeUpdate?: boolean | undefined;
  } | undefined;
  readonly cpu?: {
    readonly shares?: Int64 | undefined;
    readonly quota?: Limit | undefined;
    readonly burst?: Int64 | undefined;
    readonly period?: Int64 | undefined;
    readonly realtimeRuntime?: Int64 | undefined;
    readonly realtimePeriod?: Int64 | undefined;
    readonly cpus?: string | undefined;
    readonly mems?: string | undefined;
    readonly idle?: Int64 | undefined;
  } | undefined;
  readonly pids?: {
    readonly limit?: Limit | undefined;
  } | undefined;
  readonly blockIO?: {
    readonly weight?: number | undefined;
    readonly leafWeight?: number | undefined;
    readonly weightDevice?: readonly DeviceWeight[] | undefined;
    readonly throttleReadBpsDevice?: readonly DeviceRate[] | undefined;
    readonly throttleWriteBpsDevice?: readonly DeviceRate[] | undefined;
    readonly throttleReadIOPSDevice?: readonly DeviceRate[] | undefined;
    readonly throttleWriteIOPSDevice?: readonly DeviceRate[] | undefined;
  } | undefined;
  readonly hugepageLimits?: readonly {
    readonly pageSize: string;
    readonly limit: Int64;
  }[] | undefined;
  readonly unified?: Readonly<Record<string, string>> | undefined;
  readonly devices?: readonly object[] | undefined;
  readonly network?: object | undefined;
  readonly rdma?: Readonly<Record<string, object>> | undefined;
}
interface DeviceWeight {
  readonly major: number;
  readonly minor: number;
  readonly weight?: number | undefined;
  readonly leafWeight?: number | undefined;
}
interface DeviceRate {
  readonly major: number;
  readonly minor: number;
  readonly rate: Int64;
}
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
  readonly timeoutMs?: number | undefined;
  readonly abortGraceMs?: number | undefined;
  readonly spawn?: RuntimeSpawn | undefined;
  readonly cleanupTimeoutMs?: number | undefined;
}
interface ChosenRuntime {
  readonly command: string;
  readonly name: string;
  readonly reason: string;
}
export declare function findRuntime(command?: string, searchPath?: string): string;
type OciRuntimeErrorCode = 'ERR_RUNTIME_ARGUMENT' | 'ERR_RUNTIME_NOT_FOUND' | 'ERR_RUNTIME_NOT_EXIST' | 'ERR_RUNTIME_EXISTS' | 'ERR_RUNTIME_STATE' | 'ERR_RUNTIME_UNSUPPORTED' | 'ERR_RUNTIME_FAILED' | 'ERR_RUNTIME_OUTPUT' | 'ERR_RUNTIME_TIMEOUT' | 'ERR_RUNTIME_CLEANUP';
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
export declare function isOciRuntimeError(error: unknown): error is OciRuntimeError;
interface ContainerEvent {
  readonly type: string;
  readonly id: string;
  readonly data: ContainerStats | undefined;
}
interface UsageStats {
  readonly limit: Int64;
  readonly usage?: Int64;
  readonly max?: Int64;
  readonly failcnt: Int64;
}
interface ContainerStats {
  readonly cpu?: {
    readonly usage?: {
      readonly total?: Int64;
      readonly percpu?: readonly Int64[];
      readonly kernel: Int64;
      readonly user: Int64;
    };
    readonly throttling?: {
      readonly periods?: Int64;
      readonly throttledPeriods?: Int64;
      readonly throttledTime?: Int64;
    };
  };
  readonly memory?: {
    readonly cache?: Int64;
    readonly usage?: UsageStats;
    readonly swap?: UsageStats;
    readonly kernel?: UsageStats;
    readonly raw?: Readonly<Record<string, Int64>>;
  };
  readonly pids?: {
    readonly current?: Int64;
    readonly limit?: Int64;
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
interface RuntimeFeatures {
  readonly ociVersionMin: string;
  readonly ociVersionMax: string;
  readonly hooks: readonly string[];
  readonly mountOptions: readonly string[];
  readonly linux: LinuxFeatures;
  readonly annotations: Readonly<Record<string, string>>;
  readonly potentiallyUnsafeConfigAnnotations: readonly string[];
  readonly checkpoint: boolean | undefined;
}
interface LinuxFeatures {
  readonly namespaces?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly cgroup?: {
    readonly v1?: boolean | undefined;
    readonly v2?: boolean | undefined;
    readonly systemd?: boolean | undefined;
    readonly systemdUser?: boolean | undefined;
    readonly rdma?: boolean | undefined;
  } | undefined;
  readonly seccomp?: {
    readonly enabled?: boolean | undefined;
    readonly actions?: readonly string[] | undefined;
    readonly operators?: readonly string[] | undefined;
    readonly archs?: readonly string[] | undefined;
    readonly knownFlags?: readonly string[] | undefined;
    readonly supportedFlags?: readonly string[] | undefined;
  } | undefined;
  readonly apparmor?: EnabledFeature | undefined;
  readonly selinux?: EnabledFeature | undefined;
  readonly intelRdt?: (EnabledFeature & {
    readonly schemata?: boolean | undefined;
    readonly monitoring?: boolean | undefined;
  }) | undefined;
  readonly memoryPolicy?: {
    readonly modes?: readonly string[] | undefined;
    readonly flags?: readonly string[] | undefined;
  } | undefined;
  readonly netDevices?: EnabledFeature | undefined;
  readonly mountExtensions?: {
    readonly idmap?: EnabledFeature | undefined;
  } | undefined;
}
interface EnabledFeature {
  readonly enabled?: boolean | undefined;
}
interface RuntimeVersion {
  readonly name: string;
  readonly version: string;
  readonly spec: string | undefined;
  readonly commit: string | undefined;
}
export declare class OciRuntime {
  #private;
  constructor(options?: OciRuntimeOptions);
  chosen(options?: RuntimeCallOptions): Promise<ChosenRuntime>;
  create(id: string, options: RuntimeCreateOptions): Promise<Started>;
  start(id: string, options?: RuntimeCallOptions): Promise<void>;
  run(id: string, options: RuntimeRunOptions & {
    readonly detach: true;
  }): Promise<Started>;
  run(id: string, options: RuntimeRunOptions & {
    readonly detach?: false | undefined;
  }): Promise<Ended>;
  state(id: string, options?: RuntimeCallOptions): Promise<ContainerState>;
  exec(id: string, process: readonly string[] | ProcessSpec, options: RuntimeExecOptions & {
    readonly detach: true;
  }): Promise<Started>;
  exec(id: string, process: readonly string[] | ProcessSpec, options?: RuntimeExecOptions & {
    readonly detach?: false | undefined;
  }): Promise<Ended>;
  kill(id: string, signal?: NodeJS.Signals | number, options?: RuntimeKillOptions): Promise<void>;
  delete(id: string, options?: RuntimeDeleteOptions): Promise<void>;
  pause(id: string, options?: RuntimeCallOptions): Promise<void>;
  resume(id: string, options?: RuntimeCallOptions): Promise<void>;
  update(id: string, resources: Resources, options?: RuntimeCallOptions): Promise<void>;
  ps(id: string, options?: RuntimeCallOptions): Promise<readonly number[]>;
  events(id: string, options?: RuntimeEventsOptions): AsyncGenerator<ContainerEvent, void, undefined>;
  stats(id: string, options?: RuntimeCallOptions): Promise<ContainerStats>;
  checkpoint(id: string, options: RuntimeCheckpointOptions): Promise<void>;
  restore(id: string, options: RuntimeRestoreOptions & {
    readonly detach: true;
  }): Promise<Started>;
  restore(id: string, options: RuntimeRestoreOptions & {
    readonly detach?: false | undefined;
  }): Promise<Ended>;
  list(options?: RuntimeCallOptions): Promise<readonly ContainerState[]>;
  version(options?: RuntimeCallOptions): Promise<RuntimeVersion>;
  features(options?: RuntimeCallOptions): Promise<RuntimeFeatures>;
}
export type { ChosenRuntime, ContainerEvent, ContainerState, ContainerStats, ContainerStatus, CriuOptions, DeviceRate, DeviceWeight, EnabledFeature, Ended, Int64, Limit, LinuxFeatures, LogEntry, OciRuntimeErrorCode, OciRuntimeErrorFacts, OciRuntimeOptions, ProcessSpec, Resources, RuntimeCallOptions, RuntimeCheckpointOptions, RuntimeCreateOptions, RuntimeDeleteOptions, RuntimeEventsOptions, RuntimeExecOptions, RuntimeFeatures, RuntimeKillOptions, RuntimeRestoreOptions, RuntimeRunOptions, RuntimeSpawn, RuntimeStart, RuntimeVersion, SpawnedRuntime, StartProcessOptions, Started, Stdio, StdioTarget, UsageStats };
