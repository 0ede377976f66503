import { findRuntime } from '@shimwright/oci-runtime';
import { ContainerError, messageOf } from './errors.ts';
import type { Place } from './place.ts';

/**
 * Whether there is an OCI runtime is known before anything is made. Told by a shim, a runtime that is missing reads like a command that is
 * missing.
 *
 * @throws {ContainerError} `ERR_CONTAINER_RUNTIME`.
 */
export function requireRuntime({ runtime }: Place): void {
  try {
    findRuntime(runtime === 'auto' ? undefined : runtime);
  } catch (cause) {
    const hint = runtime === 'auto' ? '' : '. On Debian: apt-get install runc';
    throw new ContainerError('ERR_CONTAINER_RUNTIME', `${messageOf(cause)}${hint}`, {
      option: 'runtime',
      cause,
    });
  }
}
