import { type DeleteResponse, type TaskService, TaskV2Definition } from '@shimwright/shim-api/task-v2';
import { TtrpcError } from '@shimwright/ttrpc';
import type { WaitOptions } from '../shim-client.ts';
import type { TaskConfig } from './task-config.ts';
import type { TaskOpt } from './task-connection.ts';

/**
 * A shim of runtime v2 to work with: the 17 calls of `containerd.task.v2.Task`, and what concerns the shim as a process. A call
 * rejects with a `TtrpcError`: the status the shim answered, or why no answer came.
 *
 * A request that names no `id` is for the container of the bundle, and one to `create` that names no bundle or options has
 * those of the {@link TaskConfig}.
 */
export interface TaskClient extends TaskService, AsyncDisposable {
  /**
   * Whether the shim answers: true if it did, false if nobody is there any more. A shim that is there but slow makes it wait, so
   * give a `signal`. False does not prove that the process is gone.
   *
   * @throws {TtrpcError} when something else than a shim answers.
   */
  isAlive(options?: WaitOptions): Promise<boolean>;
  /**
   * Asks the shim to end (`Shutdown`) and resolves as soon as it has. A shim that still has containers, of this bundle or of
   * others of its group, stays: then it resolves a moment after the shim has answered. A shim whose process is not the bundle's
   * own is not waited for. A shim that is gone already is no error.
   */
  stopShim(options?: WaitOptions): Promise<void>;
  /**
   * Ends the process of the shim by SIGKILL, whatever it has; its container goes on without it. See `deleteShim`.
   *
   * @throws {ShimClientError} `ERR_SHIM_PROCESS` when it names a process that does not work in the bundle: one that serves
   * others, or no shim.
   */
  killShim(options?: WaitOptions): Promise<void>;
  /**
   * Runs the shim's program with `delete`, which kills the container that a dead shim has left, undoes its mounts and tells how it
   * ended: 137, where nobody knows better.
   *
   * @throws {ShimClientError} `ERR_SHIM_EXITED` where the program failed, `ERR_SHIM_NOT_FOUND`, `ERR_SHIM_TIMEOUT`.
   */
  deleteShim(options?: WaitOptions): Promise<DeleteResponse>;
  /** Closes the connection. A shim of its own process goes on and can be connected to again. */
  close(): Promise<void>;
  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A client of the shim for `config`, reached as `opt` says: see `withTaskStart`, `withTaskConnect`, `withTaskLocal`.
 *
 * An abort of `options.signal` before it resolves leaves nothing behind; afterwards it has no effect.
 */
export async function newTaskClient(
  config: TaskConfig,
  opt: TaskOpt,
  options: WaitOptions = {},
): Promise<TaskClient> {
  options.signal?.throwIfAborted();
  const connection = await opt(config, options.signal);
  const service = forContainer(connection.service, config);
  return {
    ...service,
    isAlive: async ({ signal } = {}) => answers(service, signal),
    stopShim: async ({ signal } = {}) => connection.stop(signal),
    killShim: async ({ signal } = {}) => connection.kill(signal),
    deleteShim: async ({ signal } = {}) => connection.cleanUp(signal),
    close: async () => connection.close(),
    [Symbol.asyncDispose]: async () => connection.close(),
  };
}

type AnyCall = (request: { readonly id?: string }, ...options: readonly unknown[]) => unknown;

/** The same calls, with what a request leaves out. */
function forContainer(service: TaskService, { id, path, options }: TaskConfig): TaskService {
  const calls = service as unknown as Readonly<Record<string, AnyCall>>;
  const filled = Object.keys(TaskV2Definition.methods).map((name): [string, AnyCall] => {
    const defaults = name === 'create' ? { id, bundle: path, ...(options && { options }) } : { id };
    return [name, (request, ...rest) => calls[name]?.(withDefaults(defaults, request), ...rest)];
  });
  return Object.fromEntries(filled) as unknown as TaskService;
}

function withDefaults<Request extends object>(defaults: Request, request: Request): Request {
  const given = Object.entries(request).filter(([, value]) => value !== undefined && value !== '');
  return { ...request, ...defaults, ...Object.fromEntries(given) };
}

async function answers(service: TaskService, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await service.connect({}, signal && { signal });
    return true;
  } catch (error) {
    if (error instanceof TtrpcError && error.code === 'ERR_TTRPC_CLOSED') return false;
    throw error;
  }
}
