import { type BigIntStats, linkSync, lstatSync, renameSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import path from 'node:path';
import { hiddenPath } from '@shimwright/fs-atomic';
import { makeDirectoriesSync } from '@shimwright/linux-native';
import { parseAddress } from '@shimwright/shim-address';
import { hasCode, ShimHostError } from './errors.ts';
import { removeQuietly } from './remove-file.ts';
import { isTrustedPeer, isTrustedUser } from './trusted-peer.ts';

/**
 * The path to listen at for an address.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_INVALID` or `ERR_ADDRESS_TOO_LONG`.
 * @throws {ShimHostError} `ERR_SHIM_ADDRESS` for an abstract one: every process of the network namespace
 * could connect to it, whatever its user (CVE-2020-15257).
 */
export function listenPath(address: string): string {
  const { kind, path: socket } = parseAddress(address);
  if (kind === 'path') return socket;
  throw new ShimHostError(
    'ERR_SHIM_ADDRESS',
    `${address} is in the abstract namespace, where no file mode keeps others out; use unix://PATH`,
    { path: address },
  );
}

/**
 * Makes the directory of a socket, 0700, unless it is there.
 *
 * @throws {ShimHostError} `ERR_SHIM_ADDRESS` when somebody else could put a socket there.
 */
export function prepareSocketDirectory(socket: string): void {
  const directory = path.dirname(socket);
  makeDirectoriesSync(directory, 0o700, 0o700);
  const found = lstatSync(directory);
  if (found.isDirectory() && isTrustedUser(found.uid) && (found.mode & 0o022) === 0) return;
  throw new ShimHostError(
    'ERR_SHIM_ADDRESS',
    `${directory} must be a directory that only its owner, this user or root, can write`,
    { path: directory },
  );
}

/**
 * Makes sure that nothing has the path of a socket: a stale one is removed.
 *
 * @throws {ShimHostError} `ERR_SHIM_ADDRESS_IN_USE` when somebody answers there, `ERR_SHIM_ADDRESS`
 * when it is no socket.
 */
export async function freeSocketPath(socket: string): Promise<void> {
  const found = lstatSync(socket, QUIET);
  if (!found) return;
  if (!found.isSocket()) {
    throw new ShimHostError('ERR_SHIM_ADDRESS', `${socket} is no socket; remove it`, { path: socket });
  }
  await refuseListener(socket);
  removeStale(socket, found);
}

/**
 * Makes sure that the owner of a socket is trustworthy: this user or root.
 *
 * @throws {ShimHostError} `ERR_SHIM_ADDRESS` when it is not; a missing socket is left to `connect`.
 */
export function checkSocketOwner(socket: string): void {
  const found = lstatSync(socket, { throwIfNoEntry: false });
  if (!found || (found.isSocket() && isTrustedUser(found.uid))) return;
  throw new ShimHostError('ERR_SHIM_ADDRESS', `${socket} is not a socket of this user or root`, {
    path: socket,
  });
}

/**
 * Meanwhile others may have removed it and put their own there. So it is looked at again in the same tick, and, as
 * they may be other processes, taken away before it is removed.
 */
function removeStale(socket: string, stale: BigIntStats): void {
  const aside = hiddenPath(path.dirname(socket), 'stale');
  try {
    if (!isSame(lstatSync(socket, QUIET), stale)) return;
    renameSync(socket, aside.path);
    if (lstatSync(aside.path, QUIET)?.ino !== stale.ino) linkSync(aside.path, socket);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return; // somebody else was faster
    putBack(aside.path, socket);
    throw new ShimHostError('ERR_SHIM_ADDRESS', `the stale ${socket} cannot be removed`, {
      path: socket,
      cause,
    });
  } finally {
    removeQuietly(aside.path);
    aside.release();
  }
}

/** It may be somebody's: nobody knows. */
function putBack(aside: string, socket: string): void {
  try {
    linkSync(aside, socket);
  } catch {
    // It was not taken away, or the name is somebody else's by now.
  }
}

const QUIET = { bigint: true, throwIfNoEntry: false } as const;

/** The number of a file that is gone may be used again at once, but not with the same time. */
function isSame(found: BigIntStats | undefined, { ino, birthtimeNs }: BigIntStats): boolean {
  return found?.ino === ino && found.birthtimeNs === birthtimeNs;
}

/** @throws {ShimHostError} `ERR_SHIM_ADDRESS_IN_USE` unless it is sure that nobody listens there. */
async function refuseListener(socket: string): Promise<void> {
  const failure = await connectFailure(socket);
  if (failure && isNobody(failure)) return;
  const message = failure
    ? `somebody may listen at ${socket}: ${failure.code}`
    : `a live process answers at ${socket}; connect to it instead, or stop it`;
  const facts = { path: socket };
  throw new ShimHostError('ERR_SHIM_ADDRESS_IN_USE', message, failure ? { ...facts, cause: failure } : facts);
}

/**
 * Whether somebody listens at a path, or a name in the abstract namespace; a socket too busy to accept now (EAGAIN) has
 * somebody. Nothing is sent there. Anybody can take an abstract name, so one of another user than this one and root has
 * nobody.
 */
export async function isListening(socket: string): Promise<boolean> {
  const failure = await connectFailure(socket);
  return !failure || !(isNobody(failure) || isStranger(failure));
}

function isStranger(failure: NodeJS.ErrnoException): boolean {
  return failure.code === 'ERR_SHIM_ADDRESS';
}

function isNobody(failure: NodeJS.ErrnoException): boolean {
  return hasCode(failure, 'ECONNREFUSED') || hasCode(failure, 'ENOENT');
}

/** Why nobody can be connected to; undefined where somebody could be, and was left at once. */
async function connectFailure(socket: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const probe = connectSocket({ path: socket });
    probe.once('connect', () => {
      const isTrusted = !isAbstract(socket) || isTrustedPeer(probe);
      probe.destroy();
      resolve(isTrusted ? undefined : stranger(socket));
    });
    probe.once('error', resolve);
  });
}

/** @throws {ShimHostError} `ERR_SHIM_ADDRESS` when the other end of a connection to an abstract name is a stranger. */
export function checkAbstractPeer(name: string, connection: Socket): void {
  if (isAbstract(name) && !isTrustedPeer(connection)) throw stranger(name);
}

function isAbstract(socket: string): boolean {
  return socket.startsWith('\0');
}

function stranger(name: string): ShimHostError {
  const shown = name.replaceAll('\0', '@');
  return new ShimHostError('ERR_SHIM_ADDRESS', `${shown} is not of this user or root`, { path: shown });
}
