import { once } from 'node:events';
import {
  type BigIntStats,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { isSystemError } from '@shimwright/linux-native';
import { TtrpcError } from '@shimwright/ttrpc';

const SCHEME = 'unix://';

/** The longest socket path that containerd takes, in bytes. */
const MAX_PATH_BYTES = 106;

let names = 0;

/** A socket of one bundle. */
export class MemberSocket {
  readonly #server: Server;
  readonly #path: string;
  readonly #inode: number;

  /**
   * Listens at an address, for this user alone. A stale socket is replaced.
   *
   * @throws {TtrpcError} `ALREADY_EXISTS` when somebody answers there; `PERMISSION_DENIED` when others could put a
   * socket there, or something else has the path; `INVALID_ARGUMENT` for an address of another kind.
   */
  static async listen(address: string, onConnection: (socket: Socket) => void): Promise<MemberSocket> {
    const target = targetOf(address);
    prepareDirectory(path.dirname(target));
    const server = createServer(onConnection);
    // Closing a Node server removes the path it bound, so it binds another one, and the address is a second link.
    const own = ownName(target);
    rmSync(own, { force: true });
    server.listen({ path: own });
    await once(server, 'listening');
    server.on('error', () => {}); // an accept that failed is that client's loss alone
    try {
      chmodSync(own, 0o600);
      await link(own, target);
      return new MemberSocket(server, target);
    } catch (error) {
      server.close();
      throw error;
    } finally {
      rmSync(own, { force: true });
    }
  }

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#path = target;
    this.#inode = lstatSync(target).ino;
  }

  /** Takes no further connections, and removes the socket unless somebody else's has taken its place. */
  close(): void {
    this.#server.close();
    const found = lstatSync(this.#path, { throwIfNoEntry: false });
    if (found?.ino === this.#inode) rmSync(this.#path, { force: true });
  }
}

async function link(own: string, target: string): Promise<void> {
  for (;;) {
    try {
      linkSync(own, target); // unlike a rename, it never replaces a live socket
      return;
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error;
    }
    await removeStale(target);
  }
}

/**
 * Meanwhile others may have removed it and put their own there. So it is looked at again in the same tick, and, as
 * they may be other processes, taken away before it is removed.
 */
async function removeStale(target: string): Promise<void> {
  const found = lstatSync(target, QUIET);
  if (!found) return;
  if (!found.isSocket()) throw TtrpcError.status('PERMISSION_DENIED', `${target} is no socket; remove it`);
  if (await answers(target)) throw inUse(target);
  if (!isSame(lstatSync(target, QUIET), found)) return;
  const aside = ownName(target);
  renameSync(target, aside);
  if (lstatSync(aside, QUIET)?.ino !== found.ino) linkSync(aside, target);
  rmSync(aside, { force: true });
}

const QUIET = { bigint: true, throwIfNoEntry: false } as const;

/** The number of a file that is gone may be used again at once, but not with the same time. */
function isSame(found: BigIntStats | undefined, { ino, birthtimeNs }: BigIntStats): boolean {
  return found?.ino === ino && found.birthtimeNs === birthtimeNs;
}

/** A name beside a path that nobody else uses, and that is shorter than most. */
function ownName(target: string): string {
  names += 1;
  return path.join(path.dirname(target), `.${process.pid}.${names}`);
}

function inUse(target: string): TtrpcError {
  return TtrpcError.status('ALREADY_EXISTS', `a live process answers at ${target}`);
}

/** Whether somebody listens; a socket too busy to accept now has somebody. */
async function answers(target: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path: target });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => resolve(!isSystemError(error, 'ECONNREFUSED', 'ENOENT')));
  });
}

function targetOf(address: string): string {
  const target = address.slice(SCHEME.length);
  const isPath = address.startsWith(`${SCHEME}/`) && !address.includes('\0');
  if (isPath && Buffer.byteLength(target) <= MAX_PATH_BYTES) return target;
  throw TtrpcError.status(
    'INVALID_ARGUMENT',
    `${JSON.stringify(address)} is no unix:// address of a path of at most ${MAX_PATH_BYTES} bytes`,
  );
}

function prepareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const found = lstatSync(directory);
  if (found.isDirectory() && isTrusted(found) && (found.mode & 0o022) === 0) return;
  throw TtrpcError.status(
    'PERMISSION_DENIED',
    `${directory} must be a directory that only its owner, this user or root, can write`,
  );
}

function isTrusted({ uid }: Stats): boolean {
  return uid === 0 || uid === process.geteuid?.();
}
