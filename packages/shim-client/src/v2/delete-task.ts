import { DeleteResponse } from '@shimwright/shim-api/task-v2';
import { ShimClientError } from '../errors.ts';
import { runShim } from './run-shim.ts';
import { findTaskShim } from './runtime-name.ts';
import { type ShimCommand, taskShimArguments, taskShimEnvironment } from './shim-command.ts';
import type { TaskConfig } from './task-config.ts';
import { loadEventsSocket, loadShimBinary } from './task-files.ts';

/** How long a deletion may take: a container that hangs in the kernel dies slowly. */
const TIMEOUT_MS = 30_000;

/** How {@link deleteTask} runs the shim's program. */
export interface DeleteTaskOptions {
  /** The runtime, or the path of its shim. @default the shim that the bundle names */
  readonly runtime?: string;
  /** The address of the program that manages the shim. @default none */
  readonly daemonAddress?: string;
  /** An abort kills the program. */
  readonly signal?: AbortSignal;
}

/**
 * Removes what the dead shim of a bundle has left. It runs the shim's program, which kills and deletes the container and undoes its
 * mounts. The bundle stays. If the shim is alive after all, its container is killed too.
 *
 * @returns the process and how it ended; 137 if nobody knows.
 * @throws {ShimClientError} `ERR_SHIM_EXITED` if the program failed. The stock shim of containerd 1.6 fails for a bundle in
 * which no container was made. `ERR_SHIM_NOT_FOUND`, `ERR_SHIM_BUNDLE`, `ERR_SHIM_TIMEOUT`, `ERR_SHIM_BOOTSTRAP`.
 */
export async function deleteTask(
  config: TaskConfig,
  options: DeleteTaskOptions = {},
): Promise<DeleteResponse> {
  const { runtime = loadShimBinary(config.path), daemonAddress = '', signal } = options;
  if (runtime === undefined) {
    const message = `${config.path} does not say by which shim it is run`;
    throw new ShimClientError('ERR_SHIM_BUNDLE', message, { path: config.path });
  }
  const command = {
    ...{ config, daemonAddress, publisher: 'containerd', debug: false },
    eventsAddress: loadEventsSocket(config.path) ?? '',
  };
  return runDelete(findTaskShim(runtime), command, signal);
}

/** The same, of a shim that is known. */
export async function runDelete(
  binary: string,
  command: ShimCommand,
  signal?: AbortSignal,
): Promise<DeleteResponse> {
  const { stdout, stderr, exitCode } = await runShim(
    {
      ...{ binary, cwd: command.config.path, timeoutMs: TIMEOUT_MS, input: new Uint8Array() },
      args: taskShimArguments('delete', command),
      env: taskShimEnvironment(command),
    },
    signal,
  );
  if (exitCode !== 0) {
    const message = `${binary} could not delete what is in ${command.config.path}${stderr && `: ${stderr}`}`;
    throw new ShimClientError('ERR_SHIM_EXITED', message, { path: binary, stderr, exitCode });
  }
  try {
    return DeleteResponse.decode(stdout);
  } catch (cause) {
    const message = `${binary} answered to delete what is no DeleteResponse`;
    throw new ShimClientError('ERR_SHIM_BOOTSTRAP', message, { path: binary, cause });
  }
}
