import { existsSync } from 'node:fs';
import type { Bundle } from '@shimwright/bundle-core';
import { ContainerError, codeOf, messageOf } from './errors.ts';
import { notFound } from './not-found.ts';

/** What a failed call of a container is, in our words. */
export function callFailure({ id, path }: Bundle, call: string, error: unknown): unknown {
  const code = codeOf(error);
  if (!existsSync(path)) return notFound(id, error);
  if (isShimLost(error)) {
    const message = `${id} cannot be reached: ${messageOf(error)}; restore() removes what is left of it`;
    return new ContainerError('ERR_CONTAINER_LOST', message, { id, cause: error });
  }
  if (code !== 'ERR_TTRPC_STATUS') return error;
  return new ContainerError('ERR_CONTAINER_STATE', `${call} of ${id} failed: ${messageOf(error)}`, {
    id,
    cause: error,
  });
}

/** Whether a call failed because the shim is gone, or went meanwhile. */
export function isShimLost(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ERR_SHIM_UNREACHABLE' || code === 'ERR_TTRPC_CLOSED';
}
