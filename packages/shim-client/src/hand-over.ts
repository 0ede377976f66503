import { type SharedInfo, type SharedShim, SharedShimsDefinition } from '@shimwright/shim-api';
import { type TtrpcClient, TtrpcError } from '@shimwright/ttrpc';
import { ShimClientError } from './errors.ts';
import { findExecutable } from './find-executable.ts';
import type { SharedProcessOptions } from './shared-process.ts';
import { untilAborted } from './until-aborted.ts';
import { connectTo } from './with-connect.ts';
import { listShared } from './with-shared.ts';

/**
 * Tells which process serves the shims at a control socket, and its version, or undefined if there is none. It starts
 * nothing.
 *
 * @throws {ShimClientError} `ERR_SHIM_ADDRESS` for a socket of another user.
 */
export async function sharedInfo(
  { controlSocket }: Pick<SharedProcessOptions, 'controlSocket'>,
  signal?: AbortSignal,
): Promise<SharedInfo | undefined> {
  const client = await reached(controlSocket, signal);
  if (!client) return undefined;
  try {
    return await client.service(SharedShimsDefinition).info({}, signal && { signal });
  } catch (error) {
    if (!isUnimplemented(error)) throw error;
    // The first version, which does not say so.
    return { shimPid: 0, protocol: 1, registerFormat: 1, by: '' };
  } finally {
    await client.close();
  }
}

/**
 * Makes the process that serves the shims at a control socket leave all of them to a new one, which is started by
 * `options`, for example another version of the program. The containers keep running. Connections to their shims end.
 *
 * @returns the shims of the new process. A shim with a `failure` could not be continued.
 * @throws {ShimClientError} `ERR_SHIM_VERSION` if the process is of a version that cannot do that. It continues to serve:
 * a process that others use is never signalled.
 */
export async function handOver(
  options: SharedProcessOptions,
  signal?: AbortSignal,
): Promise<readonly SharedShim[]> {
  const client = await reached(options.controlSocket, signal);
  if (client) {
    try {
      await client
        .service(SharedShimsDefinition)
        .handover({ program: programOf(options) }, signal && { signal });
    } catch (error) {
      if (isUnimplemented(error)) throw tooOld(options.controlSocket, error);
      if (!(error instanceof TtrpcError && error.code === 'ERR_TTRPC_CLOSED')) throw error;
    } finally {
      await client.close();
    }
    await untilAborted(client.closed, signal);
  }
  return listShared(options, signal);
}

/** By its path: it is started by another process, which may look elsewhere. */
function programOf({ command, args = [] }: SharedProcessOptions) {
  return { command: findExecutable(command, 'the shim'), args };
}

async function reached(controlSocket: string, signal?: AbortSignal): Promise<TtrpcClient | undefined> {
  try {
    return await connectTo(`unix://${controlSocket}`, signal);
  } catch (error) {
    if (error instanceof ShimClientError && error.code === 'ERR_SHIM_UNREACHABLE') return undefined;
    throw error;
  }
}

function isUnimplemented(error: unknown): boolean {
  return error instanceof TtrpcError && error.status === 'UNIMPLEMENTED';
}

function tooOld(path: string, cause: unknown): ShimClientError {
  const message = `the process at ${path} is of a version that cannot hand over; it ends by itself with its last shim`;
  return new ShimClientError('ERR_SHIM_VERSION', message, { path, cause });
}
