/// <reference types="node" preserve="true" />
// The entry `@shimwright/shim-api/task-v2`.
import type { ServiceClient, ServiceHandlers } from '@shimwright/ttrpc';
import { TaskDefinition } from './gen/containerd/task-v2.ts';

export { RuntimeInfo, RuntimeVersion } from './gen/containerd/introspection.ts';
export { ProcessDetails, RuncCheckpointOptions, RuncOptions } from './gen/containerd/runc-v2.ts';
export { RuntimeOptions } from './gen/containerd/runtime-options.ts';
export {
  CheckpointTaskRequest,
  CloseIORequest,
  ConnectRequest,
  ConnectResponse,
  CreateTaskRequest,
  CreateTaskResponse,
  DeleteRequest,
  DeleteResponse,
  ExecProcessRequest,
  KillRequest,
  PauseRequest,
  PidsRequest,
  PidsResponse,
  ResizePtyRequest,
  ResumeRequest,
  ShutdownRequest,
  StartRequest,
  StartResponse,
  StateRequest,
  StateResponse,
  StatsRequest,
  StatsResponse,
  UpdateTaskRequest,
  WaitRequest,
  WaitResponse,
} from './gen/containerd/task-v2.ts';

/** The task service of containerd's runtime v2, `containerd.task.v2.Task`, which every containerd since 1.2 knows. */
export const TaskV2Definition = TaskDefinition;

/** The same calls and messages under the name `containerd.task.v3.Task`, which containerd 1.7 and later ask for first. */
export const TaskV3Definition = { ...TaskDefinition, fullName: 'containerd.task.v3.Task' } as const;

/** The 17 calls of a task service, each to a promise of its response. */
export type TaskService = ServiceClient<typeof TaskDefinition>;

/** What answers the 17 calls. */
export type TaskHandlers = ServiceHandlers<typeof TaskDefinition>;
