import { once } from 'node:events';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  checkOptions,
  checkSignal,
  isRefused,
  limit,
  MAX_DELAY_MS,
  optionalFunction,
  targetOptions,
  wrong,
} from '../arguments.ts';
import { messageOf, TtrpcError } from '../errors.ts';
import { checkInterceptors, type Interceptor } from '../interceptor.ts';
import type { ServiceDescriptor, ServiceHandlers } from '../types.ts';
import { type ConnectionLimits, ServerConnection } from './server-connection.ts';
import { ServiceTable } from './service-table.ts';
import { fixedPath, pathProblem, SocketFile } from './socket-file.ts';

const MIB = 1024 * 1024;

/** Where something went wrong. The names are set if it concerns a call. */
export interface ServerErrorContext {
  /** The name of the service on the wire. */
  readonly service?: string;
  /** The name of the method on the wire. */
  readonly method?: string;
}

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
   * Bytes that the messages of all streams of one connection may take while the handlers do not read them. The
   * stream that holds the most is answered `RESOURCE_EXHAUSTED` when there are more; the connection is read more slowly
   * long before.
   * @default 16 MiB
   */
  readonly maxUnreadBytes?: number;
  /**
   * How long further requests wait while a connection holds all it may and none of its calls ends. After that they are
   * answered `RESOURCE_EXHAUSTED`: only by reading on is it seen that a client has gone.
   * @default 10 000
   */
  readonly maxStallMs?: number;
  /** Whether a client is served; one that is not is disconnected. @default all are */
  readonly authorize?: (socket: Socket) => boolean | Promise<boolean>;
  /** What is done around each call; the first is the outermost. @default none */
  readonly interceptors?: readonly Interceptor[];
  /**
   * Is told what no client can be told in full: what a handler threw that has no status, with the names of service and
   * method; that a client sent what is no ttrpc; that a client could not be accepted or authorized. What it throws is
   * nobody's concern.
   * @default nobody is told
   */
  readonly onError?: (error: unknown, context: ServerErrorContext) => void;
}

/** A ttrpc server. One connection never holds up another. */
export class TtrpcServer implements AsyncDisposable {
  readonly #services: ServiceTable;
  readonly #listeners = new Map<Server, SocketFile | undefined>();
  readonly #connections = new Set<ServerConnection>();
  readonly #unauthorized = new Set<Socket>();
  readonly #limits: ConnectionLimits;
  readonly #authorize: TtrpcServerOptions['authorize'];
  readonly #onError: TtrpcServerOptions['onError'];
  #ended = false;

  /**
   * A server that answers nothing yet and listens nowhere.
   *
   * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for options that are not what they have to be.
   */
  constructor(options: TtrpcServerOptions = {}) {
    checkOptions(options);
    this.#limits = {
      maxConcurrentCalls: limit('maxConcurrentCalls', options.maxConcurrentCalls, 1024),
      maxPendingBytes: limit('maxPendingBytes', options.maxPendingBytes, 8 * MIB),
      maxUnreadBytes: limit('maxUnreadBytes', options.maxUnreadBytes, 16 * MIB),
      maxStallMs: limit('maxStallMs', options.maxStallMs, 10_000, MAX_DELAY_MS),
    };
    this.#authorize = optionalFunction('authorize', options.authorize);
    this.#onError = optionalFunction('onError', options.onError);
    this.#services = new ServiceTable(checkInterceptors(options.interceptors));
  }

  /**
   * Answers the calls of a service from now on.
   *
   * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for a handler that is no function, or a descriptor that is none.
   */
  handle<Service extends ServiceDescriptor>(descriptor: Service, handlers: ServiceHandlers<Service>): this {
    this.#services.add(descriptor, handlers);
    return this;
  }

  /**
   * Listens; resolves when clients can connect. The path of a Unix socket is removed when it stops, unless another
   * server has put its own socket there.
   *
   * @param target the path of a Unix socket (`\0NAME` for an abstract one), `{ fd }` for one that listens
   * already, or what `server.listen` of `node:net` takes.
   * @throws {TtrpcError} `ERR_TTRPC_LISTEN`, for example when the address is in use, or the server was closed;
   * `ERR_TTRPC_ARGUMENT` for an invalid target.
   */
  async listen(target: string | { readonly fd: number } | ListenOptions): Promise<void> {
    const options: ListenOptions & { readonly fd?: number } = targetOptions(target);
    if (this.#ended) throw cannotListen(target, 'the server was closed');
    const problem = pathProblem(options.path);
    if (problem !== undefined) throw cannotListen(target, problem);
    const socketPath = typeof options.path === 'string' ? fixedPath(options.path) : undefined;
    const listener = createServer((socket) => void this.#greet(socket));
    let file: SocketFile | undefined;
    try {
      const listening = once(listener, 'listening');
      listener.listen(socketPath === undefined ? options : { ...options, path: socketPath });
      if (socketPath !== undefined) file = SocketFile.of(socketPath);
      await listening;
    } catch (cause) {
      if (isRefused(cause)) throw wrong(`the target is none: ${messageOf(cause)}`, { cause });
      throw cannotListen(target, messageOf(cause), { cause });
    }
    // An accept that failed is that client's loss alone.
    listener.on('error', (error) => this.#report(error));
    this.#listeners.set(listener, file);
    if (!this.#ended) return;
    await this.#stopListening();
    throw cannotListen(target, 'the server was closed');
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
    const connection = new ServerConnection(stream, this.#services, this.#limits, {
      close: () => this.#connections.delete(connection),
      error: (error, call) => this.#report(error, call),
    });
    this.#connections.add(connection);
  }

  /**
   * Stops listening, answers `UNAVAILABLE` to calls that come now, and resolves when those at work have been
   * answered and all connections are closed. When `signal` aborts, what is left is closed at once, and the
   * promise rejects with its reason.
   *
   * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for a signal that is none; the server goes on.
   */
  async shutdown(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkSignal(options);
    const { signal } = options;
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
    const closing = [...this.#listeners].map(([listener, file]) => this.#close(listener, file));
    this.#listeners.clear();
    await Promise.all(closing);
  }

  async #close(listener: Server, file: SocketFile | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const close = () => listener.close(() => resolve());
    try {
      if (file) file.closeOwn(close);
      else close();
    } catch (error) {
      // The directory does not let us move anything, so Node cannot remove it either.
      this.#report(error);
      if (listener.listening) close();
    }
    await promise;
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
      return this.#authorize ? await this.#authorize(socket) : true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  /** One who is told of errors may fail as well, at once or later. */
  #report(error: unknown, context: ServerErrorContext = {}): void {
    const onError = this.#onError;
    if (onError) void (async () => onError(error, context))().catch(() => {});
  }
}

function cannotListen(target: string | object, why: string, options?: ErrorOptions): TtrpcError {
  const where = typeof target === 'string' ? target.replaceAll('\0', '@') : JSON.stringify(target);
  return new TtrpcError('ERR_TTRPC_LISTEN', `cannot listen at ${where}: ${why}`, options);
}
