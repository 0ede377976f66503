import type { ContainerState } from '@shimwright/oci-runtime';
import { hasCode } from './errors.ts';
import type { Site } from './site.ts';

/** What an OCI runtime knows of a container; undefined for one that it does not, or that was only half made. */
export async function containerState(
  id: string,
  runtime: Awaited<ReturnType<Site['runtimeFor']>>,
  signal: AbortSignal | undefined,
): Promise<ContainerState | undefined> {
  try {
    return await runtime.state(id, signal && { signal });
  } catch (error) {
    if (hasCode(error, 'ERR_RUNTIME_NOT_EXIST')) return undefined;
    throw error;
  }
}
