import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { listShared } from '@shimwright/shim-client';
import { freeSocketPath, isListening } from '@shimwright/shim-host';
import { sharedProgram } from '@shimwright/shim-service';
import { hasCode, noneIfMissing } from './errors.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { type Finding, type Remnant, socketFinding } from './finding.ts';
import { settle } from './look-at-bundle.ts';
import { controlSocketOf, type Site } from './site.ts';

// Those of shims, and the names that such a socket has while a shared process makes it.
const NAMES = /^(?:[0-9a-f]{64}|\.\d+\.\d+)$/;

/**
 * The sockets where nobody listens, whosoever they were: none is of use to anybody.
 *
 * @param known the paths of those that bundles name.
 */
export async function staleSockets(site: Site, known: ReadonlySet<string>): Promise<Remnant[]> {
  const { socketDirectory, concurrency, signal } = site;
  const entries = await readdir(socketDirectory, { withFileTypes: true }).catch(noneIfMissing);
  const candidates = entries
    .filter((entry) => entry.isSocket() && NAMES.test(entry.name))
    .map(({ name }) => path.join(socketDirectory, name))
    .filter((socket) => !known.has(socket));
  const remnants = await fewAtATime(candidates, concurrency, signal, async (socket) => {
    if (await isListening(socket)) return undefined;
    // One that was bound just now may not listen yet.
    if ((await settle(socket, site)) && (await isListening(socket))) return undefined;
    return existsSync(socket) ? { finding: socketFinding(socket), clean: () => freed(socket) } : undefined;
  });
  return remnants.filter((remnant) => remnant !== undefined);
}

/** What a shared process of this manager has left, when no shim of it is to go on. */
export async function staleSharedSocket(site: Site): Promise<Remnant[]> {
  const socket = controlSocketOf(site);
  const traces = [`${socket}.d`, `${socket}.log`];
  const isThere = () => [socket, ...traces].some((file) => existsSync(file));
  if (!isThere() || (await isListening(socket))) return [];
  const clean = async () => {
    // Whatever else was its own, its successor knows, which ends by itself when nothing is left.
    if (traces.some((file) => existsSync(file)))
      await listShared({ ...sharedProgram(), controlSocket: socket }, site.signal);
    else await freed(socket);
    return { cleaned: true };
  };
  return [{ finding: socketFinding(socket), clean }];
}

async function freed(socket: string): Promise<Partial<Finding>> {
  try {
    await freeSocketPath(socket);
    return { cleaned: true };
  } catch (error) {
    if (hasCode(error, 'ERR_SHIM_ADDRESS_IN_USE')) return {}; // somebody listens there by now
    throw error;
  }
}
