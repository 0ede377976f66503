import { once } from 'node:events';
import { chmodSync, linkSync, lstatSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
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
  readonly #path: string;
  readonly #inode: number;

  /**
   * Listens at `path`, which must be free.
   *
   * @throws {ShimClientError} `ERR_SHIM_ADDRESS_IN_USE` when something has that name already.
   */
  static async listen(path: string): Promise<HandoverSocket> {
    // Closing a Node server removes the path it bound, so it binds another one, and `path` is a second link.
    // The process id makes that name ours: what a crashed process of the same id left there is in nobody's way.
    const bound = `${path}.${process.pid}`;
    rmSync(bound, { force: true });
    const server = createServer();
    const failure = once(server, 'error');
    failure.catch(() => {}); // it never comes when all goes well
    server.listen({ path: bound });
    const fd = descriptorOf(server);
    if (fd === undefined) {
      const [error] = await failure;
      throw new ShimClientError('ERR_SHIM_ADDRESS', `cannot listen at ${bound}`, { path, cause: error });
    }
    try {
      return new HandoverSocket(server, fd, bound, path);
    } catch (error) {
      server.close();
      throw error;
    }
  }

  private constructor(server: Server, fd: number, bound: string, path: string) {
    this.#server = server;
    this.fd = fd;
    this.#path = path;
    chmodSync(bound, 0o600);
    try {
      linkSync(bound, path); // unlike a rename, it never replaces the socket of somebody who was faster
    } catch (cause) {
      if (!hasCode(cause, 'EEXIST')) throw cause;
      throw new ShimClientError('ERR_SHIM_ADDRESS_IN_USE', `${path} was taken by another process just now`, {
        path,
        cause,
      });
    }
    this.#inode = lstatSync(path).ino;
  }

  /** Closes our side; whoever inherited the descriptor goes on listening. */
  release(): void {
    this.#server.close();
  }

  /** Removes the path, unless somebody else's socket has taken it. */
  remove(): void {
    const found = lstatSync(this.#path, { throwIfNoEntry: false });
    if (found?.ino === this.#inode) rmSync(this.#path, { force: true });
  }
}

/** The descriptor a server listens on. Node shows it on the handle only; passing the server itself to
 * `spawn` makes that throw after it has started the child. */
function descriptorOf(server: Server): number | undefined {
  const { _handle: handle } = server as unknown as { readonly _handle: { readonly fd: number } | null };
  return handle?.fd;
}
