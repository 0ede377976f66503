import { ContainerError } from './errors.ts';

/** There is no such container. */
export function notFound(id: string, cause?: unknown): ContainerError {
  return new ContainerError('ERR_CONTAINER_NOT_FOUND', `there is no container ${id}`, { id, cause });
}
