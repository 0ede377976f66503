import {
  TaskCheckpointed,
  TaskCreate,
  TaskDelete,
  TaskExecAdded,
  TaskExecStarted,
  TaskExit,
  TaskOOM,
  TaskPaused,
  TaskResumed,
  TaskStart,
} from './gen/containerd/events.ts';
import {
  ProcessDetails,
  RuncCheckpointOptions,
  RuncCreateOptions,
  RuncOptions,
} from './gen/containerd/runc.ts';
import {
  RuncCheckpointOptions as RuncV2CheckpointOptions,
  RuncOptions as RuncV2Options,
  ProcessDetails as RuncV2ProcessDetails,
} from './gen/containerd/runc-v2.ts';
import { RuntimeOptions } from './gen/containerd/runtime-options.ts';

/** The events of tasks, by the name of their type. */
export const eventCodecs = {
  'containerd.events.TaskCreate': TaskCreate,
  'containerd.events.TaskStart': TaskStart,
  'containerd.events.TaskOOM': TaskOOM,
  'containerd.events.TaskExit': TaskExit,
  'containerd.events.TaskDelete': TaskDelete,
  'containerd.events.TaskExecAdded': TaskExecAdded,
  'containerd.events.TaskExecStarted': TaskExecStarted,
  'containerd.events.TaskPaused': TaskPaused,
  'containerd.events.TaskResumed': TaskResumed,
  'containerd.events.TaskCheckpointed': TaskCheckpointed,
} as const;

/** The messages that travel in an `Any`, by the name of their type; metrics, which are large, have an entry of their own. */
export const anyCodecs = {
  ...eventCodecs,
  'containerd.linux.runc.RuncOptions': RuncOptions,
  'containerd.linux.runc.CreateOptions': RuncCreateOptions,
  'containerd.linux.runc.CheckpointOptions': RuncCheckpointOptions,
  'containerd.linux.runc.ProcessDetails': ProcessDetails,
  'containerd.runc.v1.Options': RuncV2Options,
  'containerd.runc.v1.CheckpointOptions': RuncV2CheckpointOptions,
  'containerd.runc.v1.ProcessDetails': RuncV2ProcessDetails,
  'runtimeoptions.v1.Options': RuntimeOptions,
} as const;
