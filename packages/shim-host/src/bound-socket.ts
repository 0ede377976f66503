import { once } from 'node:events';
import { chmodSync, linkSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { type HiddenPath, hiddenPath } from '@shimwright/fs-atomic';
import { hasCode, ShimHostError } from './errors.ts';
import { removeQuietly } from './remove-file.ts';
import { freeSocketPath, prepareSocketDirectory } from './socket-path.ts';

/** How often a path is tried again that others take and leave. */
const MAX_TRIES = 20;

/**
 * A socket that listens at a path, for this user only.
 *
 * To hand it over to a child, bind it, give `fd` to the child, and call `release` before the event loop gets a turn. A
 * Node server that is polled accepts connections itself, and the child would never see those.
 */
export class BoundSocket {
  /** The descriptor that listens. */
  readonly fd: number;
  readonly #server: Server;
  readonly #bound: HiddenPath;
  readonly #path: string;
  readonly #inode: number;

  /**
   * Listens at `socket`, which must be free, in the very turn of the event loop.
   *
   * @throws {ShimHostError} `ERR_SHIM_ADDRESS_IN_USE` when something has that name already, `ERR_SHIM_ADDRESS` when
   * nobody can listen there.
   */
  static async bind(socket: string, onConnection?: (connection: Socket) => void): Promise<BoundSocket> {
    // Closing a Node server removes the path it bound, so it binds another one, and `socket` is a second link.
    const bound = hiddenPath(path.dirname(socket), 'socket');
    const server = createServer(onConnection);
    const failure = once(server, 'error');
    failure.catch(() => {}); // it never comes when all goes well
    server.listen({ path: bound.path });
    const fd = descriptorOf(server);
    if (fd === undefined) {
      bound.release();
      const [error] = await failure;
      throw cannotListen(socket, error);
    }
    try {
      return new BoundSocket(server, fd, bound, socket);
    } catch (error) {
      server.close();
      bound.release();
      throw error;
    }
  }

  /**
   * Serves connections at `socket` in this process. Its directory is made where it is missing; a stale socket is replaced.
   *
   * @throws {ShimHostError} `ERR_SHIM_ADDRESS_IN_USE` when somebody answers there, `ERR_SHIM_ADDRESS` when others could
   * put a socket there, or something else has the path.
   */
  static async serve(socket: string, onConnection: (connection: Socket) => void): Promise<BoundSocket> {
    prepareSocketDirectory(socket);
    for (let tries = 1; ; tries += 1) {
      try {
        const bound = await BoundSocket.bind(socket, onConnection);
        removeQuietly(bound.#bound.path); // its second name is enough
        bound.#bound.release();
        bound.#server.on('error', () => {}); // an accept that failed is that client's loss alone
        return bound;
      } catch (error) {
        if (!hasCode(error, 'ERR_SHIM_ADDRESS_IN_USE') || tries >= MAX_TRIES) throw error;
      }
      await freeSocketPath(socket);
    }
  }

  private constructor(server: Server, fd: number, bound: HiddenPath, socket: string) {
    this.#server = server;
    this.fd = fd;
    this.#bound = bound;
    this.#path = socket;
    try {
      chmodSync(bound.path, 0o600);
      this.#inode = lstatSync(bound.path).ino;
      linkSync(bound.path, socket); // unlike a rename, it never replaces the socket of somebody who was faster
    } catch (cause) {
      throw hasCode(cause, 'EEXIST') ? taken(socket, cause) : cannotListen(socket, cause);
    }
  }

  /** Closes our side; whoever inherited the descriptor goes on listening. */
  release(): void {
    this.#server.close();
    this.#bound.release();
  }

  /** Removes the path, unless somebody else's socket has taken it. Where that fails, it is free for the next start. */
  remove(): void {
    try {
      if (lstatSync(this.#path).ino === this.#inode) unlinkSync(this.#path);
    } catch {
      // It is gone, or nobody listens there any more.
    }
  }
}

function taken(socket: string, cause: unknown): ShimHostError {
  const message = `${socket} was taken by another process just now`;
  return new ShimHostError('ERR_SHIM_ADDRESS_IN_USE', message, { path: socket, cause });
}

function cannotListen(socket: string, cause: unknown): ShimHostError {
  // Not its message, which names the path that the socket has until it listens.
  const [code, words] = getSystemErrorMap().get(Number((cause as NodeJS.ErrnoException).errno)) ?? [];
  const why = code === undefined ? '' : `: ${code}: ${words}`;
  return new ShimHostError('ERR_SHIM_ADDRESS', `cannot listen at ${socket}${why}`, { path: socket, cause });
}

/** The descriptor a server listens on. Node shows it on the handle only; passing the server itself to
 * `spawn` makes that throw after it has started the child. */
function descriptorOf(server: Server): number | undefined {
  const { _handle: handle } = server as unknown as { readonly _handle: { readonly fd: number } | null };
  return handle?.fd;
}
