import { SharedShimDefinition } from '@shimwright/shim-api';
import { type TtrpcClient, TtrpcError } from '@shimwright/ttrpc';
import { untilAborted } from './until-aborted.ts';

/**
 * Ends the shim at the other end of a connection, if it is one of many in a process: that must not be signalled.
 *
 * @returns whether that is so, or the shim is gone; false for a shim that has its process to itself.
 */
export async function endMember(client: TtrpcClient, signal?: AbortSignal): Promise<boolean> {
  try {
    await client.service(SharedShimDefinition).end({}, signal && { signal });
  } catch (error) {
    if (!(error instanceof TtrpcError)) throw error;
    if (error.status === 'UNIMPLEMENTED') return false;
    if (error.code !== 'ERR_TTRPC_CLOSED') throw error;
  }
  await untilAborted(client.closed, signal);
  return true;
}
