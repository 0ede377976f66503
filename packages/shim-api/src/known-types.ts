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
import { CheckpointOptions, CreateOptions, ProcessDetails, RuncOptions } from './gen/containerd/runc.ts';

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

/** Every message that travels in an `Any`, by the name of its type. */
export const anyCodecs = {
  ...eventCodecs,
  'containerd.linux.runc.RuncOptions': RuncOptions,
  'containerd.linux.runc.CreateOptions': CreateOptions,
  'containerd.linux.runc.CheckpointOptions': CheckpointOptions,
  'containerd.linux.runc.ProcessDetails': ProcessDetails,
} as const;
