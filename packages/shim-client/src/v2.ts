/// <reference types="node" preserve="true" />
// The entry `@shimwright/shim-client/v2`.
export { type DeleteTaskOptions, deleteTask } from './v2/delete-task.ts';
export { findTaskShim } from './v2/runtime-name.ts';
export type { TaskEndpoint } from './v2/start-answer.ts';
export { newTaskClient, type TaskClient } from './v2/task-client.ts';
export type { TaskConfig } from './v2/task-config.ts';
export type { LocalTaskShim, TaskConnection, TaskOpt } from './v2/task-connection.ts';
export { loadEndpoint, loadShimBinary } from './v2/task-files.ts';
export { type TaskConnectOptions, withTaskConnect } from './v2/with-task-connect.ts';
export { type CreateTaskShim, withTaskLocal } from './v2/with-task-local.ts';
export { type TaskStartOptions, withTaskStart } from './v2/with-task-start.ts';
