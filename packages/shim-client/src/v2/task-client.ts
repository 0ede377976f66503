import { type DeleteResponse, type TaskService, TaskV2Definition } from '@shimwright/shim-api/task-v2';
import { TtrpcError } from '@shimwright/ttrpc';
import type { WaitOptions } from '../shim-client.ts';
import type { TaskConfig } from './task-config.ts';
import type { TaskOpt } from './task-connection.ts';

/**
 * A client of a shim of runtime v2: the 17 calls of `containerd.task.v2.Task`, and calls that concern the shim as a process. A call
 * rejects with a `TtrpcError`, which has the status that the shim answered, or says why no answer came.
 *
 * A request without an `id` is for the container of the bundle. For `create`, {@link TaskConfig} fills in a missing bundle and
 * missing options.
 */
export interface TaskClient extends TaskService, AsyncDisposable {
  /**
   * Resolves to whether the shim answers: false if nobody is there any more, which does not prove that the process is gone. It waits
   * for a slow shim, so give a `signal`.
   *
   * @throws {TtrpcError} if something answers that is no shim.
   */
  isAlive(options?: WaitOptions): Promise<boolean>;
  /**
   * Asks the shim to end (`Shutdown`), and resolves as soon as it has ended. A shim that still has containers, of this bundle or of
   * others in its group, does not end; then this resolves a moment after its answer. It does not wait for a process that is not the
   * bundle's own. A shim that is gone already is no error.
   */
  stopShim(options?: WaitOptions): Promise<void>;
  /**
   * Ends the process of the shim by SIGKILL, whatever it does. Its container goes on without it; see `deleteShim`.
   *
   * @throws {ShimClientError} `ERR_SHIM_PROCESS` if the shim names a process that does not work in the bundle: one that serves
   * other bundles too, or no shim.
   */
  killShim(options?: WaitOptions): Promise<void>;
  /**
   * Runs the shim's program with `delete`. It kills the container that a dead shim has left, undoes its mounts and tells how it
   * ended; 137 if nobody knows.
   *
   * @throws {ShimClientError} `ERR_SHIM_EXITED` if the program failed, `ERR_SHIM_NOT_FOUND`, `ERR_SHIM_TIMEOUT`.
   */
  deleteShim(options?: WaitOptions): Promise<DeleteResponse>;
  /** Closes the connection. A shim in another process goes on, and you can connect to it again. */
  close(): Promise<void>;
  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Reaches the shim for `config` as `opt` says, and resolves to a client of it: see `withTaskStart`, `withTaskConnect` and
 * `withTaskLocal`.
 *
 * If `options.signal` aborts before that, nothing is left behind. Later it has no effect.
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
