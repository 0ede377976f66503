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
} from './calls/call-options.ts';
export type { DeviceRate, DeviceWeight, Limit, ProcessSpec, Resources } from './calls/specs.ts';
export type { ChosenRuntime } from './choice/choose-runtime.ts';
export { findRuntime } from './choice/find-runtime.ts';
export {
  isOciRuntimeError,
  OciRuntimeError,
  type OciRuntimeErrorCode,
  type OciRuntimeErrorFacts,
} from './errors.ts';
export type { LogEntry } from './failures/log-entry.ts';
export type { Int64 } from './json.ts';
export { OciRuntime } from './oci-runtime.ts';
export type { ContainerEvent, ContainerStats, UsageStats } from './output/container-events.ts';
export type { ContainerState, ContainerStatus } from './output/container-state.ts';
export type { EnabledFeature, LinuxFeatures, RuntimeFeatures } from './output/runtime-features.ts';
export type { RuntimeVersion } from './output/runtime-version.ts';
export type { Stdio, StdioTarget } from './processes/descriptors.ts';
export type { RuntimeStart } from './processes/runtime-process.ts';
export type { RuntimeSpawn, SpawnedRuntime } from './processes/spawned-process.ts';
export type { OciRuntimeOptions } from './runtime-options.ts';
