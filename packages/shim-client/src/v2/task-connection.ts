import type { DeleteResponse, TaskHandlers, TaskService } from '@shimwright/shim-api/task-v2';
import type { TaskConfig } from './task-config.ts';

/** A shim of runtime v2 ready to be called, however it was reached. */
export interface TaskConnection {
  /** The 17 calls. */
  readonly service: TaskService;
  /** Asks the shim to end, as `Shutdown` does, and resolves once it has. A shim with containers stays. */
  stop(abort?: AbortSignal): Promise<void>;
  /** Ends the shim's process, and resolves as soon as it is gone. */
  kill(abort?: AbortSignal): Promise<void>;
  /** Removes what a dead shim has left, with the shim's own program, and tells how the container ended. */
  cleanUp(abort?: AbortSignal): Promise<DeleteResponse>;
  /** Closes the connection. A shim in another process goes on. Never rejects. */
  close(): Promise<void>;
}

/**
 * One way to reach the shim of a bundle. If `signal` aborts before it resolves, it undoes all it did and rejects with the signal's
 * reason.
 */
export type TaskOpt = (config: TaskConfig, signal?: AbortSignal) => Promise<TaskConnection>;

/** A shim of runtime v2 within this process. */
export interface LocalTaskShim {
  /** What answers the 17 calls. */
  readonly handlers: TaskHandlers;
  /** Gives up all it holds. The service itself decides what happens to a container that still runs. */
  close(): Promise<void>;
}
