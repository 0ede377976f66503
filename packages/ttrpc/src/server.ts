import { once } from 'node:events';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TtrpcError } from './errors.ts';
import { ServerConnection } from './server-connection.ts';
import { ServiceTable } from './service-table.ts';
import type { ServiceDescriptor, ServiceHandlers } from './types.ts';

/** How a {@link TtrpcServer} deals with its clients. */
export interface TtrpcServerOptions {
  /** Calls of one connection that are worked on at the same time; further ones wait. @default 1024 */
  readonly maxConcurrentCalls?: number;
  /**
   * Bytes that one connection may hold, in requests at work and in responses that its client does not read,
   * before its further requests wait.
   * @default 8 MiB
   */
  readonly maxPendingBytes?: number;
  /**
   * How long further requests wait while a connection holds all it may and none of its calls ends. After that they are
   * answered `RESOURCE_EXHAUSTED`: only by reading on is it seen that a client has gone.
   * @default 10 000
   */
  readonly maxStallMs?: number;
  /** Whether a client is served; one that is not is disconnected. @default all are */
  readonly authorize?: (socket: Socket) => boolean | Promise<boolean>;
}

/** A ttrpc server. One connection never holds up another. */
export class TtrpcServer implements AsyncDisposable {
  readonly #services = new ServiceTable();
  readonly #listeners = new Set<Server>();
  readonly #connections = new Set<ServerConnection>();
  readonly #unauthorized = new Set<Socket>();
  readonly #options: Required<TtrpcServerOptions>;
  #ended = false;

  /** A server that answers nothing yet and listens nowhere. */
  constructor(options: TtrpcServerOptions = {}) {
    this.#options = {
      maxConcurrentCalls: options.maxConcurrentCalls ?? 1024,
      maxPendingBytes: options.maxPendingBytes ?? 8 * 1024 * 1024,
      maxStallMs: options.maxStallMs ?? 10_000,
      authorize: options.authorize ?? (() => true),
    };
  }

  /** Answers the calls of a service from now on. */
  handle<Service extends ServiceDescriptor>(descriptor: Service, handlers: ServiceHandlers<Service>): this {
    this.#services.add(descriptor, handlers);
    return this;
  }

  /**
   * Listens; resolves when clients can connect. The path of a Unix socket is removed when it stops.
   *
   * @param target the path of a Unix socket (`\0NAME` for an abstract one), `{ fd }` for one that listens
   * already, or what `server.listen` of `node:net` takes.
   * @throws {TtrpcError} `ERR_TTRPC_LISTEN`, for example when the address is in use.
   */
  async listen(target: string | { readonly fd: number } | ListenOptions): Promise<void> {
    const listener = createServer((socket) => this.#greet(socket));
    listener.listen(typeof target === 'string' ? { path: target } : target);
    try {
      await once(listener, 'listening');
    } catch (cause) {
      const where = typeof target === 'string' ? target.replaceAll('\0', '@') : JSON.stringify(target);
      throw new TtrpcError('ERR_TTRPC_LISTEN', `cannot listen at ${where}: ${(cause as Error).message}`, {
        cause,
      });
    }
    // An accept that failed is that client's loss alone.
    listener.on('error', () => {});
    this.#listeners.add(listener);
    if (this.#ended) await this.#stopListening();
  }

  /**
   * Serves a client over a stream that is connected already, without asking `authorize`. A server that has
   * been shut down or closed destroys the stream.
   */
  accept(stream: Duplex): void {
    if (this.#ended) {
      stream.destroy();
      return;
    }
    const connection = new ServerConnection(stream, this.#services, this.#options, () => {
      this.#connections.delete(connection);
    });
    this.#connections.add(connection);
  }

  /**
   * Stops listening, answers `UNAVAILABLE` to calls that come now, and resolves when those at work have been
   * answered and all connections are closed. When `signal` aborts, what is left is closed at once, and the
   * promise rejects with its reason.
   */
  async shutdown({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const onAbort = () => void this.close();
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    const stopped = this.#stopListening();
    await Promise.all([...this.#connections].map((connection) => connection.shutdown()));
    await stopped;
    signal?.removeEventListener('abort', onAbort);
    signal?.throwIfAborted();
  }

  /** Stops listening and closes all connections; the signals of the calls at work are aborted. Never rejects. */
  async close(): Promise<void> {
    const stopped = this.#stopListening();
    await Promise.all([...this.#connections].map((connection) => connection.close()));
    await stopped;
  }

  /** The same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #stopListening(): Promise<void> {
    this.#ended = true;
    for (const socket of this.#unauthorized) socket.destroy();
    const closed = [...this.#listeners].map(
      (listener) => new Promise<void>((resolve) => listener.close(() => resolve())),
    );
    this.#listeners.clear();
    await Promise.all(closed);
  }

  async #greet(socket: Socket): Promise<void> {
    this.#unauthorized.add(socket);
    const onError = () => socket.destroy(); // it may go away while it is looked at
    socket.on('error', onError);
    const welcome = await this.#isWelcome(socket);
    this.#unauthorized.delete(socket);
    socket.off('error', onError);
    if (welcome && !this.#ended && !socket.destroyed) this.accept(socket);
    else socket.on('error', () => {}).destroy();
  }

  async #isWelcome(socket: Socket): Promise<boolean> {
    try {
      return await this.#options.authorize(socket);
    } catch {
      return false;
    }
  }
}
