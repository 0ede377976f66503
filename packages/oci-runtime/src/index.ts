/// <reference types="node" preserve="true" />
export type {
  CriuOptions,
  Ended,
  RuntimeCallOptions,
  RuntimeCheckpointOptions,
  RuntimeCreateOptions,
  RuntimeDeleteOptions,
  RuntimeEventsOptions,
  RuntimeExecOptions,
  RuntimeKillOptions,
  RuntimeRestoreOptions,
  RuntimeRunOptions,
  Started,
  StartProcessOptions,
} from './call-options.ts';
export type { ChosenRuntime } from './choose-runtime.ts';
export type { ContainerEvent, ContainerStats, UsageStats } from './container-events.ts';
export type { ContainerState, ContainerStatus } from './container-state.ts';
export type { Stdio, StdioTarget } from './descriptors.ts';
export {
  isOciRuntimeError,
  OciRuntimeError,
  type OciRuntimeErrorCode,
  type OciRuntimeErrorFacts,
} from './errors.ts';
export { findRuntime } from './find-runtime.ts';
export type { Int64 } from './json.ts';
export { OciRuntime } from './oci-runtime.ts';
export type { LinuxFeatures, RuntimeFeatures } from './runtime-features.ts';
export type { LogEntry } from './runtime-log.ts';
export type { OciRuntimeOptions } from './runtime-options.ts';
export type { RuntimeStart } from './runtime-process.ts';
export type { RuntimeVersion } from './runtime-version.ts';
export type { RuntimeSpawn, SpawnedRuntime } from './spawned-process.ts';
export type { DeviceRate, DeviceWeight, Limit, ProcessSpec, Resources } from './specs.ts';
