import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkCallOptions, checkDescriptor, checkOptions, limit } from './arguments.ts';
import { callNameOf } from './call-names.ts';
import { Connection } from './connection.ts';
import { DeferredStream } from './deferred-stream.ts';
import { requestFrame, requestPrefix } from './envelope.ts';
import { TtrpcError } from './errors.ts';
import { dataFrame, endFrame, REMOTE_CLOSED, REMOTE_OPEN } from './frame.ts';
import { Inbox } from './inbox.ts';
import { type CallNext, checkInterceptors, type Interceptor, intercepted } from './interceptor.ts';
import { Outbox } from './outbox.ts';
import { decoded, type PendingCall, PendingCalls, pendingCall } from './pending-calls.ts';
import type {
  GivenOptions,
  MessageCodec,
  MessageSource,
  MethodDescriptor,
  ServiceClient,
  ServiceDescriptor,
  TtrpcCallOptions,
} from './types.ts';
import { UnreadMessages } from './unread-messages.ts';

const MIB = 1024 * 1024;
const NO_PAYLOAD = new Uint8Array(0);

/** How a {@link TtrpcClient} deals with its server. */
export interface TtrpcClientOptions {
  /**
   * Bytes of requests that may wait for the server to read them; further calls reject with `ERR_TTRPC_QUEUE_FULL`.
   * @default 64 MiB
   */
  readonly maxPendingBytes?: number;
  /**
   * Bytes that the messages of all streams may take while nobody reads them here. The stream that holds the most is ended
   * with `RESOURCE_EXHAUSTED` when there are more; the connection is read more slowly long before.
   * @default 16 MiB
   */
  readonly maxUnreadBytes?: number;
  /** What is done around each call; the first is the outermost. @default none */
  readonly interceptors?: readonly Interceptor[];
}

type Perform = (request: unknown, options?: GivenOptions) => unknown;

/** A connection to a ttrpc server; any number of calls share it. */
export class TtrpcClient implements AsyncDisposable {
  /** Resolves when the connection has ended: to the reason, or to undefined after `close()`. Never rejects. */
  readonly closed: Promise<TtrpcError | undefined>;
  readonly #socket: Duplex;
  readonly #connection: Connection;
  readonly #pending: PendingCalls;
  readonly #unread: UnreadMessages;
  readonly #maxPendingBytes: number;
  readonly #interceptors: readonly Interceptor[];
  #reason: TtrpcError | undefined;

  /**
   * A client over a stream that is connected already.
   *
   * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for options that are not what they have to be.
   */
  static over(stream: Duplex, options: TtrpcClientOptions = {}): TtrpcClient {
    return new TtrpcClient(stream, checkClientOptions(options));
  }

  private constructor(stream: Duplex, options: Required<TtrpcClientOptions>) {
    const { promise, resolve } = Promise.withResolvers<TtrpcError | undefined>();
    this.closed = promise;
    this.#maxPendingBytes = options.maxPendingBytes;
    this.#interceptors = options.interceptors;
    this.#socket = stream;
    this.#connection = new Connection(stream, {
      frame: (frame) => this.#pending.receive(frame),
      close: (error) => {
        this.#reason = error;
        this.#unread.close();
        this.#pending.failAll(() => this.#closedError());
        resolve(error);
      },
    });
    this.#unread = new UnreadMessages(this.#connection, options.maxUnreadBytes, () => this.#pending.size);
    this.#pending = new PendingCalls(this.#unread);
  }

  /**
   * The calls of a service.
   *
   * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for a descriptor that is none.
   */
  service<Service extends ServiceDescriptor>(descriptor: Service): ServiceClient<Service> {
    checkDescriptor(descriptor);
    const calls = Object.entries(descriptor.methods).map(([name, method]) => {
      const prefix = requestPrefix(descriptor.fullName, method.name);
      const perform = this.#performing(method, prefix);
      const next = intercepted(this.#interceptors, async (call) => perform(call.request, call));
      return [callNameOf(name), next ? interceptedMethod(descriptor.fullName, method, next) : perform];
    });
    return Object.fromEntries(calls);
  }

  /** Ends the connection; every pending call rejects with `ERR_TTRPC_CLOSED`. Never rejects. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** The same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Lets this process end while the connection is open; it keeps the process running otherwise. */
  unref(): this {
    (this.#socket as Partial<Socket>).unref?.();
    return this;
  }

  /** Takes `unref` back. */
  ref(): this {
    (this.#socket as Partial<Socket>).ref?.();
    return this;
  }

  /** How calls of a method are made: each gives a promise, or a stream. */
  #performing(method: MethodDescriptor, prefix: Buffer): Perform {
    if (method.responseStream)
      return (request, options) => this.#openStream(method, prefix, request, options);
    if (!method.requestStream) return (request, options) => this.#call(method, prefix, request, options);
    return (request, options) =>
      new Promise((resolve, reject) => {
        this.#open(method, prefix, request, options, resolve, reject, undefined);
      });
  }

  #call(
    method: MethodDescriptor,
    prefix: Buffer,
    request: unknown,
    options?: GivenOptions,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#check(options);
      const payload = encoded(method.requestType, request);
      const streamId = this.#pending.nextId();
      const frame = requestFrame(streamId, prefix, payload, options);
      this.#pending.add(pendingCall(streamId, method.responseType, resolve, reject), options);
      this.#connection.send(frame);
    });
  }

  #openStream(
    method: MethodDescriptor,
    prefix: Buffer,
    request: unknown,
    options?: GivenOptions,
  ): Inbox<unknown> {
    let streamId = 0;
    const inbox = new Inbox((bytes) => decoded(method.responseType, bytes), this.#unread, {
      leave: () => this.#pending.take(streamId),
      overflow: () => this.#pending.giveUp(streamId, unreadTooLong(), inbox),
    });
    try {
      streamId = this.#open(method, prefix, request, options, ignore, ignore, inbox);
    } catch (error) {
      inbox.fail(error);
    }
    return inbox;
  }

  /** Begins a call that has a stream in at least one direction; gives its id. */
  #open(
    method: MethodDescriptor,
    prefix: Buffer,
    request: unknown,
    options: GivenOptions | undefined,
    resolve: PendingCall['resolve'],
    reject: PendingCall['reject'],
    inbox: Inbox<unknown> | undefined,
  ): number {
    this.#check(options);
    const { requestStream, requestType, responseType } = method;
    const payload = requestStream ? NO_PAYLOAD : encoded(requestType, request);
    const frameOf = (message: unknown) => dataFrame(streamId, encoded(requestType, message));
    const outbox = requestStream
      ? new Outbox(this.#connection, request as MessageSource<unknown>, frameOf)
      : undefined;
    const streamId = this.#pending.nextId();
    const flags = requestStream ? REMOTE_OPEN : REMOTE_CLOSED;
    const frame = requestFrame(streamId, prefix, payload, options, flags);
    this.#pending.add(pendingCall(streamId, responseType, resolve, reject, inbox, outbox), options);
    this.#connection.send(frame);
    if (outbox) void this.#sendRequests(streamId, outbox);
    return streamId;
  }

  async #sendRequests(streamId: number, outbox: Outbox): Promise<void> {
    try {
      if (await outbox.send()) this.#connection.send(endFrame(streamId));
    } catch (error) {
      this.#pending.giveUp(streamId, error);
    }
  }

  /** @throws what a call rejects with that cannot be made. */
  #check(options: GivenOptions | undefined): void {
    if (options !== undefined) {
      checkCallOptions(options);
      if (options.signal?.aborted) throw options.signal.reason;
    }
    if (this.#connection.ended) throw this.#closedError();
    if (this.#connection.pendingBytes >= this.#maxPendingBytes) throw queueFull();
  }

  #closedError(): TtrpcError {
    return this.#reason ?? new TtrpcError('ERR_TTRPC_CLOSED', 'the connection was closed by this side');
  }
}

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for options that are not what they have to be. */
export function checkClientOptions(options: TtrpcClientOptions): Required<TtrpcClientOptions> {
  checkOptions(options);
  return {
    maxPendingBytes: limit('maxPendingBytes', options.maxPendingBytes, 64 * MIB),
    maxUnreadBytes: limit('maxUnreadBytes', options.maxUnreadBytes, 16 * MIB),
    interceptors: checkInterceptors(options.interceptors),
  };
}

function interceptedMethod(service: string, method: MethodDescriptor, next: CallNext) {
  const call = async (request: unknown, options: TtrpcCallOptions) => {
    checkCallOptions(options);
    const { signal, timeoutMs, metadata = {} } = options;
    return next({ service, method, request, signal, timeoutMs, metadata });
  };
  return (request: unknown, options: TtrpcCallOptions = {}) => {
    const response = call(request, options);
    return method.responseStream ? new DeferredStream(response) : response;
  };
}

function encoded(codec: MessageCodec, message: unknown): Uint8Array {
  return codec.encode(codec.fromPartial(message as never)).finish();
}

function ignore(): void {}

function unreadTooLong(): TtrpcError {
  return TtrpcError.status('RESOURCE_EXHAUSTED', 'the messages of the stream were left unread for too long');
}

function queueFull(): TtrpcError {
  return new TtrpcError('ERR_TTRPC_QUEUE_FULL', 'the server leaves too many requests unread');
}
