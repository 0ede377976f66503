/// <reference types="node" preserve="true" />
export type { Attachment } from './attach.ts';
export type {
  Container,
  ContainerExit,
  ContainerState,
  StopOptions,
} from './container.ts';
export { create, start } from './create.ts';
export { doctor } from './doctor/doctor.ts';
export type { DoctorFinding } from './doctor/finding.ts';
export { ContainerError, type ContainerErrorCode, type ContainerErrorFacts } from './errors.ts';
export { type ContainerEvent, type EventsOptions, events } from './events.ts';
export type { ExecDetachedOptions, ExecOptions, StartedProcess } from './exec.ts';
export { type ContainerInfo, get, list } from './list.ts';
export type { LogEntry } from './logs/log-entry.ts';
export type { LogsOptions } from './logs/read-logs.ts';
export { allCapabilities, defaultCapabilities } from './options/capabilities.ts';
export type {
  ContainerMount,
  ContainerOptions,
  CreateOptions,
  LimitOptions,
  OutputOptions,
  ProcessResult,
  RunOptions,
  RunResult,
} from './options/container-options.ts';
export type { WaitOptions } from './options/wait-options.ts';
export type { PlaceOptions } from './place.ts';
export { type Restored, restore } from './restore.ts';
export { imageReference } from './root/image-reference.ts';
export { imageStore } from './root/image-store.ts';
export { run } from './run.ts';
export type { ContainerStats, StatsOptions } from './stats.ts';
