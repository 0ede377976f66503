import type { DeleteResponse, TaskHandlers, TaskService } from '@shimwright/shim-api/task-v2';
import type { TaskConfig } from './task-config.ts';

/** A shim of runtime v2 ready to be called, however it was reached. */
export interface TaskConnection {
  /** The 17 calls. */
  readonly service: TaskService;
  /** Asks the shim to end, as `Shutdown` does, and resolves once it has; one that has containers stays. */
  stop(abort?: AbortSignal): Promise<void>;
  /** Ends the shim's process, and resolves as soon as it is gone. */
  kill(abort?: AbortSignal): Promise<void>;
  /** Cleans what a dead shim has left, by the shim's own program, and tells how the container ended. */
  cleanUp(abort?: AbortSignal): Promise<DeleteResponse>;
  /** Gives the connection up; a shim process of its own goes on. Never rejects. */
  close(): Promise<void>;
}

/**
 * One way to reach the shim of a bundle. An abort of `signal` before it resolves undoes all it did and rejects with the
 * signal's reason.
 */
export type TaskOpt = (config: TaskConfig, signal?: AbortSignal) => Promise<TaskConnection>;

/** A shim of runtime v2 within this process. */
export interface LocalTaskShim {
  /** What answers the 17 calls. */
  readonly handlers: TaskHandlers;
  /** Gives up all it holds; what becomes of a container that still runs is its own decision. */
  close(): Promise<void>;
}
