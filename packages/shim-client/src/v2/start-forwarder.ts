import { closeSync, openSync } from 'node:fs';
import { BoundSocket, freeSocketPath, removeFile, ShimHostError } from '@shimwright/shim-host';
import { spawnDetached } from '../spawn-detached.ts';
import type { EventsPlace } from './events-place.ts';
import { forwarderArguments } from './forwarder-program.ts';

/**
 * Starts the forwarder of a place, unless one has its socket. Whoever connects may do so at once, and is answered when it runs.
 *
 * @throws {ShimClientError} `ERR_SHIM_SPAWN`. @throws {ShimHostError} `ERR_SHIM_FILE`, `ERR_SHIM_ADDRESS`.
 */
export async function startForwarder(place: EventsPlace): Promise<void> {
  const args = [...forwarderArguments(), place.spool];
  const socket = await boundAt(place.socket);
  if (!socket) return;
  let log: number | undefined;
  try {
    removeFile(place.log);
    log = openSync(place.log, 'ax', 0o600);
    const child = await spawnDetached(process.execPath, args, {
      cwd: '/',
      descriptors: [log, log, socket.fd],
    });
    child.unref();
  } catch (error) {
    socket.remove();
    throw error;
  } finally {
    socket.release();
    if (log !== undefined) closeSync(log);
  }
}

/** Listens there; undefined where somebody else does. */
async function boundAt(path: string): Promise<BoundSocket | undefined> {
  try {
    await freeSocketPath(path);
    return await BoundSocket.bind(path);
  } catch (error) {
    if (error instanceof ShimHostError && error.code === 'ERR_SHIM_ADDRESS_IN_USE') return undefined;
    throw error;
  }
}
