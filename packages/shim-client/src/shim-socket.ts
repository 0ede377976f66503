import { linkSync, lstatSync, mkdirSync, renameSync, rmSync, type Stats } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import path from 'node:path';
import { parseAddress } from '@shimwright/shim-address';
import { hasCode, ShimClientError } from './errors.ts';

/**
 * The path to listen at for an address.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_INVALID` or `ERR_ADDRESS_TOO_LONG`.
 * @throws {ShimClientError} `ERR_SHIM_ADDRESS` for an abstract one: every process of the network namespace
 * could connect to it, whatever its user (CVE-2020-15257).
 */
export function listenPath(address: string): string {
  const { kind, path: socket } = parseAddress(address);
  if (kind === 'path') return socket;
  throw new ShimClientError(
    'ERR_SHIM_ADDRESS',
    `${address} is in the abstract namespace, where no file mode keeps others out; use unix://PATH`,
    { path: address },
  );
}

/**
 * Makes the directory of a socket, 0700, unless it is there.
 *
 * @throws {ShimClientError} `ERR_SHIM_ADDRESS` when somebody else could put a socket there.
 */
export function prepareSocketDirectory(socket: string): void {
  const directory = path.dirname(socket);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const found = lstatSync(directory);
  if (found.isDirectory() && isOurs(found) && (found.mode & 0o022) === 0) return;
  throw new ShimClientError(
    'ERR_SHIM_ADDRESS',
    `${directory} must be a directory that only its owner, this user or root, can write`,
    { path: directory },
  );
}

/**
 * Makes sure that nothing has the path of a socket: a stale one is removed.
 *
 * @throws {ShimClientError} `ERR_SHIM_ADDRESS_IN_USE` when somebody answers there, `ERR_SHIM_ADDRESS`
 * when it is no socket.
 */
export async function freeSocketPath(socket: string): Promise<void> {
  const found = lstatSync(socket, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) {
    throw new ShimClientError('ERR_SHIM_ADDRESS', `${socket} is no socket; remove it`, { path: socket });
  }
  if (await isListening(socket)) throw inUse(socket);
  await removeStale(socket);
}

/**
 * Makes sure that the owner of a socket is trustworthy: this user or root.
 *
 * @throws {ShimClientError} `ERR_SHIM_ADDRESS` when it is not; a missing socket is left to `connect`.
 */
export function checkSocketOwner(socket: string): void {
  const found = lstatSync(socket, { throwIfNoEntry: false });
  if (!found || (found.isSocket() && isOurs(found))) return;
  throw new ShimClientError('ERR_SHIM_ADDRESS', `${socket} is not a socket of this user or root`, {
    path: socket,
  });
}

/** Between the look and the removal another starter may have put its own socket there, so what is removed
 * is first taken away and looked at once more. */
async function removeStale(socket: string): Promise<void> {
  const aside = `${socket}.${process.pid}`;
  try {
    renameSync(socket, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const live = await isListening(aside);
  if (live) linkSync(aside, socket);
  rmSync(aside, { force: true });
  if (live) throw inUse(socket);
}

function inUse(socket: string): ShimClientError {
  return new ShimClientError(
    'ERR_SHIM_ADDRESS_IN_USE',
    `a live process answers at ${socket}; connect to it instead, or stop it`,
    { path: socket },
  );
}

/**
 * Whether somebody listens at a path, or a name in the abstract namespace; a socket too busy to accept now (EAGAIN) has
 * somebody. Nothing is sent there.
 */
export async function isListening(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connectSocket({ path: socket });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => resolve(!hasCode(error, 'ECONNREFUSED') && !hasCode(error, 'ENOENT')));
  });
}

function isOurs({ uid }: Stats): boolean {
  return uid === 0 || uid === process.geteuid?.();
}
