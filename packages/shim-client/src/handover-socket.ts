import { once } from 'node:events';
import { chmodSync, linkSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { type HiddenPath, hiddenPath } from '@shimwright/fs-atomic';
import { hasCode, ShimClientError } from './errors.ts';

/**
 * A socket that listens at a path and is to be inherited by a child process.
 *
 * Call `listen`, hand `fd` over and `release` without giving the event loop a turn in between: a Node
 * server that is polled accepts connections itself, and those would be lost to the child.
 */
export class HandoverSocket {
  /** The descriptor to hand over. */
  readonly fd: number;
  readonly #server: Server;
  readonly #bound: HiddenPath;
  readonly #path: string;
  readonly #inode: number;

  /**
   * Listens at `path`, which must be free.
   *
   * @throws {ShimClientError} `ERR_SHIM_ADDRESS_IN_USE` when something has that name already, `ERR_SHIM_ADDRESS` when
   * nobody can listen there.
   */
  static async listen(socket: string): Promise<HandoverSocket> {
    // Closing a Node server removes the path it bound, so it binds another one, and `socket` is a second link.
    const bound = hiddenPath(path.dirname(socket), 'socket');
    const server = createServer();
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
      return new HandoverSocket(server, fd, bound, socket);
    } catch (error) {
      server.close();
      bound.release();
      throw error;
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

function taken(socket: string, cause: unknown): ShimClientError {
  const message = `${socket} was taken by another process just now`;
  return new ShimClientError('ERR_SHIM_ADDRESS_IN_USE', message, { path: socket, cause });
}

function cannotListen(socket: string, cause: unknown): ShimClientError {
  return new ShimClientError('ERR_SHIM_ADDRESS', `cannot listen at ${socket}`, { path: socket, cause });
}

/** The descriptor a server listens on. Node shows it on the handle only; passing the server itself to
 * `spawn` makes that throw after it has started the child. */
function descriptorOf(server: Server): number | undefined {
  const { _handle: handle } = server as unknown as { readonly _handle: { readonly fd: number } | null };
  return handle?.fd;
}
