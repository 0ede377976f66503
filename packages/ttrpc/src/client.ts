import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { clearTimeout } from 'node:timers';
import { checkCallOptions, checkDescriptor, limit } from './arguments.ts';
import { Connection } from './connection.ts';
import { startDeadline } from './deadline.ts';
import { DeferredStream } from './deferred-stream.ts';
import { decodeResponse, requestFrame, requestPrefix } from './envelope.ts';
import { TtrpcError } from './errors.ts';
import {
  DATA,
  dataFrame,
  endFrame,
  type Frame,
  NO_DATA,
  REMOTE_CLOSED,
  REMOTE_OPEN,
  RESPONSE,
} from './frame.ts';
import { Inbox } from './inbox.ts';
import { type CallNext, checkInterceptors, type Interceptor, intercepted } from './interceptor.ts';
import { Outbox } from './outbox.ts';
import { StreamTable } from './stream-table.ts';
import type {
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

/** What a caller may give, or an interceptor passes on. */
type GivenOptions = { readonly [Name in keyof TtrpcCallOptions]?: TtrpcCallOptions[Name] | undefined };

/** A call that waits for its response, or for further ones. */
interface PendingCall {
  readonly streamId: number;
  readonly codec: MessageCodec<unknown>;
  readonly resolve: (message: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly timer: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: (() => void) | undefined;
  /** The responses, where it has a stream of them. */
  readonly inbox: Inbox<unknown> | undefined;
  /** The requests, where it has a stream of them. */
  readonly outbox: Outbox | undefined;
}

/** A connection to a ttrpc server; any number of calls share it. */
export class TtrpcClient implements AsyncDisposable {
  /** Resolves when the connection has ended: to the reason, or to undefined after `close()`. Never rejects. */
  readonly closed: Promise<TtrpcError | undefined>;
  readonly #socket: Duplex;
  readonly #connection: Connection;
  readonly #pending = new StreamTable<PendingCall>();
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
      frame: (frame) => this.#receive(frame),
      close: (error) => {
        this.#settleAll(error);
        resolve(error);
      },
    });
    this.#unread = new UnreadMessages(this.#connection, options.maxUnreadBytes, () => this.#pending.size);
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
      const last: CallNext = async (call) => this.#perform(method, prefix, call.request, call);
      const next = intercepted(this.#interceptors, last);
      if (next) return [name, interceptedMethod(descriptor.fullName, method, next)];
      const perform = (request: never, options?: TtrpcCallOptions) =>
        this.#perform(method, prefix, request, options);
      return [name, perform];
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

  /** A call of any kind: a promise, or a stream. */
  #perform(method: MethodDescriptor, prefix: Buffer, request: unknown, options?: GivenOptions): unknown {
    if (method.responseStream) return this.#openStream(method, prefix, request, options);
    if (!method.requestStream) return this.#call(method, prefix, request, options);
    return new Promise((resolve, reject) => {
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
      this.#add(this.#waiting(streamId, method, resolve, reject, options, undefined, undefined));
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
      leave: () => this.#take(streamId),
      overflow: () => this.#giveUp(streamId, unreadTooLong(), inbox),
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
    const { requestStream, requestType } = method;
    const payload = requestStream ? NO_PAYLOAD : encoded(requestType, request);
    const frameOf = (message: unknown) => dataFrame(streamId, encoded(requestType, message));
    const outbox = requestStream
      ? new Outbox(this.#connection, request as MessageSource<unknown>, frameOf)
      : undefined;
    const streamId = this.#pending.nextId();
    const flags = requestStream ? REMOTE_OPEN : REMOTE_CLOSED;
    const frame = requestFrame(streamId, prefix, payload, options, flags);
    this.#add(this.#waiting(streamId, method, resolve, reject, options, inbox, outbox));
    this.#connection.send(frame);
    if (outbox) void this.#sendRequests(streamId, outbox);
    return streamId;
  }

  async #sendRequests(streamId: number, outbox: Outbox): Promise<void> {
    try {
      if (await outbox.send()) this.#connection.send(endFrame(streamId));
    } catch (error) {
      this.#giveUp(streamId, error);
    }
  }

  /** @throws what a call rejects with that cannot be made. */
  #check(options: GivenOptions | undefined): void {
    if (options) {
      if (options.signal?.aborted) throw options.signal.reason;
      checkCallOptions(options);
    }
    if (this.#connection.ended) throw this.#closedError();
    if (this.#connection.pendingBytes >= this.#maxPendingBytes) throw queueFull();
  }

  #waiting(
    streamId: number,
    { responseType: codec }: MethodDescriptor,
    resolve: PendingCall['resolve'],
    reject: PendingCall['reject'],
    options: GivenOptions | undefined,
    inbox: Inbox<unknown> | undefined,
    outbox: Outbox | undefined,
  ): PendingCall {
    const signal = options?.signal;
    const timer = options && startDeadline(options.timeoutMs, (error) => this.#giveUp(streamId, error));
    const onAbort = signal && (() => this.#giveUp(streamId, signal.reason));
    if (onAbort) signal.addEventListener('abort', onAbort);
    return { streamId, codec, resolve, reject, timer, signal, onAbort, inbox, outbox };
  }

  #add(call: PendingCall): void {
    this.#pending.add(call);
    if (this.#unread.isPaused) this.#unread.update(); // it waits for something
  }

  /** The pending call, which is no longer pending then. */
  #take(streamId: number): PendingCall | undefined {
    const call = this.#pending.take(streamId);
    if (!call) return undefined;
    if (call.timer) clearTimeout(call.timer);
    if (call.onAbort) call.signal?.removeEventListener('abort', call.onAbort);
    call.outbox?.stop();
    if (this.#unread.isPaused) this.#unread.update();
    return call;
  }

  /** Ends a call at once; what comes for it later is dropped. A stream may have messages when its call is over. */
  #giveUp(streamId: number, reason: unknown, inbox = this.#pending.get(streamId)?.inbox): void {
    const call = this.#take(streamId);
    if (inbox) inbox.abort(reason);
    else call?.reject(reason);
  }

  #receive({ streamId, type, flags, data }: Frame): void {
    if ((type !== RESPONSE && type !== DATA) || !this.#pending.hasIssued(streamId)) {
      throw withoutCall(streamId);
    }
    if (type === DATA) {
      this.#receiveData(streamId, flags, data);
      return;
    }
    const response = data && decodeResponse(data);
    const call = this.#take(streamId);
    if (!call) return; // the caller has given it up
    if (!response) fail(call, tooLarge());
    else if (response.error) fail(call, response.error);
    else if (call.inbox) endWith(call.inbox, response.payload);
    else settle(call, response.payload);
  }

  #receiveData(streamId: number, flags: number, data: Buffer | undefined): void {
    const call = this.#pending.get(streamId);
    if (!call) return;
    if (data && call.inbox) {
      if ((flags & NO_DATA) === 0) call.inbox.push(data);
      if ((flags & REMOTE_CLOSED) === 0) return;
      this.#take(streamId);
      call.inbox.end();
    } else {
      this.#take(streamId);
      fail(call, data ? notAsked() : tooLarge());
    }
  }

  #settleAll(error: TtrpcError | undefined): void {
    this.#reason = error;
    this.#unread.close();
    for (const { streamId } of this.#pending.streams()) {
      const call = this.#take(streamId);
      if (call) fail(call, this.#closedError());
    }
  }

  #closedError(): TtrpcError {
    return this.#reason ?? new TtrpcError('ERR_TTRPC_CLOSED', 'the connection was closed by this side');
  }
}

function withoutCall(streamId: number): TtrpcError {
  return new TtrpcError(
    'ERR_TTRPC_PROTOCOL',
    `the server sent a frame on stream ${streamId}, which has no call`,
  );
}

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for options that are not what they have to be. */
export function checkClientOptions(options: TtrpcClientOptions): Required<TtrpcClientOptions> {
  return {
    maxPendingBytes: limit('maxPendingBytes', options.maxPendingBytes, 64 * MIB),
    maxUnreadBytes: limit('maxUnreadBytes', options.maxUnreadBytes, 16 * MIB),
    interceptors: checkInterceptors(options.interceptors),
  };
}

function interceptedMethod(service: string, method: MethodDescriptor, next: CallNext) {
  return (request: unknown, { signal, timeoutMs, metadata = {} }: TtrpcCallOptions = {}) => {
    const response = next({ service, method, request, signal, timeoutMs, metadata });
    return method.responseStream ? new DeferredStream(response) : response;
  };
}

function encoded(codec: MessageCodec, message: unknown): Uint8Array {
  return codec.encode(codec.fromPartial(message as never)).finish();
}

function decoded(codec: MessageCodec, bytes: Buffer): unknown {
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw new TtrpcError('ERR_TTRPC_PROTOCOL', 'the response is not the message it should be', { cause });
  }
}

function settle(call: PendingCall, payload: Buffer): void {
  try {
    call.resolve(decoded(call.codec, payload));
  } catch (error) {
    call.reject(error);
  }
}

/** A call fails; a stream after the messages that came before. */
function fail(call: PendingCall, reason: unknown): void {
  if (call.inbox) call.inbox.fail(reason);
  else call.reject(reason);
}

/** A stream may end with a response in place of its last message; one without a message only ends it. */
function endWith(inbox: Inbox<unknown>, payload: Buffer): void {
  if (payload.length > 0) inbox.push(payload);
  inbox.end();
}

function ignore(): void {}

function tooLarge(): TtrpcError {
  return new TtrpcError('ERR_TTRPC_TOO_LARGE', 'the response is larger than the 4 MiB that ttrpc can carry');
}

function notAsked(): TtrpcError {
  return new TtrpcError(
    'ERR_TTRPC_PROTOCOL',
    'the server sent a stream, and not the one response of the call',
  );
}

function unreadTooLong(): TtrpcError {
  return TtrpcError.status('RESOURCE_EXHAUSTED', 'the messages of the stream were left unread for too long');
}

function queueFull(): TtrpcError {
  return new TtrpcError('ERR_TTRPC_QUEUE_FULL', 'the server leaves too many requests unread');
}
