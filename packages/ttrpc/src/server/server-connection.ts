import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { clearTimeout } from 'node:timers';
import { Connection, PauseReason } from '../connection.ts';
import { startDeadline } from '../deadline.ts';
import { decodeRequest, errorFrame, type Request, responseFrame } from '../envelope.ts';
import { hasStatus, messageOf, TtrpcError } from '../errors.ts';
import {
  DATA,
  dataFrame,
  endFrame,
  type Frame,
  NO_DATA,
  REMOTE_CLOSED,
  REMOTE_OPEN,
  REQUEST,
} from '../frame.ts';
import { Inbox } from '../inbox.ts';
import { Outbox } from '../outbox.ts';
import type { StatusName } from '../status.ts';
import type { MessageCodec, MessageSource } from '../types.ts';
import { UnreadMessages } from '../unread-messages.ts';
import { ServerCall } from './server-call.ts';
import type { Method, ServiceTable } from './service-table.ts';
import { WaitingRequests } from './waiting-requests.ts';

/** What one connection may hold of a server. */
export interface ConnectionLimits {
  readonly maxConcurrentCalls: number;
  readonly maxPendingBytes: number;
  readonly maxUnreadBytes: number;
  readonly maxStallMs: number;
}

/** What a server is told of a connection. */
export interface ServerConnectionEvents {
  close(): void;
  /** Something went wrong that is no answer of a handler; the names are there where it concerns a call. */
  error(error: unknown, call: { readonly service?: string; readonly method?: string }): void;
}

/** One client of a server: its requests, and the calls at work on them. */
export class ServerConnection {
  readonly #connection: Connection;
  readonly #services: ServiceTable;
  readonly #limits: ConnectionLimits;
  readonly #events: ServerConnectionEvents;
  readonly #calls = new Set<ServerCall>();
  /** The calls that have a stream of requests, by their stream. */
  readonly #streams = new Map<number, ServerCall>();
  readonly #unread: UnreadMessages;
  /** Bytes of the requests at work. */
  #requestBytes = 0;
  readonly #waiting: WaitingRequests;
  /** The highest stream that the client has opened, and the last one that was begun. */
  #highestId = 0;
  #lastId = 0;
  readonly #idle = Promise.withResolvers<void>();
  #draining = false;

  constructor(
    stream: Duplex,
    services: ServiceTable,
    limits: ConnectionLimits,
    events: ServerConnectionEvents,
  ) {
    this.#services = services;
    this.#limits = limits;
    this.#events = events;
    this.#connection = new Connection(stream, {
      frame: (frame) => this.#receive(frame),
      drain: () => this.#startWaiting(),
      close: (error) => this.#close(error),
    });
    this.#waiting = new WaitingRequests(this.#connection, limits.maxStallMs);
    // A client may make a new call at any time.
    const openCalls = () => Number.POSITIVE_INFINITY;
    this.#unread = new UnreadMessages(this.#connection, limits.maxUnreadBytes, openCalls);
  }

  /** Takes no further calls, lets those at work come to their end, sends their responses, and closes. */
  async shutdown(): Promise<void> {
    this.#draining = true;
    this.#startWaiting();
    if (this.#calls.size === 0) this.#idle.resolve();
    await this.#idle.promise;
    await this.#connection.finish();
  }

  /** Closes at once; the signals of the calls at work are aborted. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  #close(error: TtrpcError | undefined): void {
    this.#waiting.close();
    this.#unread.close();
    const reason = new TtrpcError('ERR_TTRPC_CLOSED', 'the connection has ended');
    for (const call of this.#calls) call.abort(reason);
    this.#idle.resolve();
    if (error?.code === 'ERR_TTRPC_PROTOCOL') this.#events.error(error, {});
    this.#events.close();
  }

  #receive(frame: Frame): void {
    if (frame.type === DATA && frame.streamId <= this.#highestId) {
      this.#receiveData(frame);
      return;
    }
    if (frame.type !== REQUEST && frame.type !== DATA) return; // containerd's server passes over them as well
    if (frame.type === REQUEST && frame.streamId > this.#highestId) this.#highestId = frame.streamId;
    if (!this.#isFull()) this.#begin(frame);
    else if (this.#waiting.isRefusing || this.#cannotWait(frame)) this.#refuse(frame);
    else this.#waiting.add(frame);
  }

  /** Nothing is read while a request waits, so none can where the messages of streams come in. */
  #cannotWait({ flags }: Frame): boolean {
    return (flags & REMOTE_OPEN) !== 0 || this.#streams.size > 0;
  }

  /** A message of a stream; one whose call is over has crossed its answer, and is passed over. */
  #receiveData({ streamId, flags, data }: Frame): void {
    const call = this.#streams.get(streamId);
    if (!call?.inbox) return;
    if (!data) this.#end(call, TtrpcError.from(tooLarge()));
    else if (call.inbox.isOver) this.#end(call, afterEnd());
    else {
      if ((flags & NO_DATA) === 0) call.inbox.push(data);
      if ((flags & REMOTE_CLOSED) !== 0) call.inbox.end();
    }
  }

  #refuse({ streamId }: Frame): void {
    const error = TtrpcError.status('RESOURCE_EXHAUSTED', 'the connection has all the calls it may have');
    this.#connection.send(errorFrame(streamId, error));
    // Where answers are left unread, the end is seen by writing.
    if (this.#connection.pendingBytes >= this.#limits.maxPendingBytes) {
      this.#connection.pause(PauseReason.calls);
    }
  }

  #startWaiting(): void {
    this.#waiting.start(
      () => !this.#isFull() || this.#draining,
      (frame) => this.#begin(frame),
    );
  }

  #isFull(): boolean {
    return (
      this.#calls.size >= this.#limits.maxConcurrentCalls ||
      this.#requestBytes + this.#connection.pendingBytes >= this.#limits.maxPendingBytes
    );
  }

  #begin(frame: Frame): void {
    try {
      const data = this.#checked(frame);
      const request = readable('INVALID_ARGUMENT', () => decodeRequest(data));
      this.#answer(frame, request, data.length);
    } catch (error) {
      this.#connection.send(errorFrame(frame.streamId, TtrpcError.from(error)));
    }
  }

  /** The data of a request. @throws {TtrpcError} when there cannot be one. */
  #checked({ streamId, type, data }: Frame): Buffer {
    if (this.#draining) throw TtrpcError.status('UNAVAILABLE', 'the server is shutting down');
    if (type === DATA) throw invalid('the stream was not opened');
    if (!data) throw tooLarge();
    if (streamId % 2 !== 1) throw invalid('the stream id of a client must be odd');
    if (streamId <= this.#lastId) throw invalid('the stream ids of a client must rise');
    this.#lastId = streamId;
    return data;
  }

  #answer({ streamId, flags }: Frame, request: Request, bytes: number): void {
    const timeoutMs = request.timeoutNano === 0 ? undefined : Math.max(0, request.timeoutNano / 1e6);
    const call = new ServerCall(streamId, timeoutMs, request.metadata);
    this.#calls.add(call);
    const frame = this.#run(call, request, (flags & REMOTE_OPEN) !== 0);
    // An answer that is there counts before the next of the many requests that one read can bring begins.
    if (Buffer.isBuffer(frame)) this.#finish(call, frame);
    else void this.#wait(call, frame, bytes);
  }

  async #wait(call: ServerCall, coming: Promise<Buffer>, bytes: number): Promise<void> {
    const timer = startDeadline(call.timeoutMs, (error) => call.abort(error));
    this.#requestBytes += bytes;
    const frame = await coming;
    clearTimeout(timer);
    this.#requestBytes -= bytes;
    this.#finish(call, frame);
    this.#startWaiting();
  }

  #finish(call: ServerCall, frame: Buffer): void {
    this.#calls.delete(call);
    if (call.inbox) this.#closeStream(call, call.inbox);
    if (this.#connection.ended) return;
    if (!call.isAnswered) this.#connection.send(frame);
    if (this.#draining && this.#calls.size === 0) this.#idle.resolve();
  }

  #closeStream({ streamId }: ServerCall, inbox: Inbox<unknown>): void {
    this.#streams.delete(streamId);
    void inbox.return();
  }

  /** Answers a call before its handler does, which is told. */
  #end(call: ServerCall, error: TtrpcError): void {
    this.#streams.delete(call.streamId);
    if (!call.isAnswered) this.#connection.send(errorFrame(call.streamId, error));
    call.isAnswered = true;
    call.abort(error);
  }

  /** The frame of the response, whatever happens; not as a promise where the handler gives none. */
  #run(call: ServerCall, request: Request, isOpen: boolean): Buffer | Promise<Buffer> {
    const failed = (error: unknown) => this.#failed(call, request, error);
    try {
      const method = this.#services.find(request.service, request.method);
      const { requestStream, responseStream, requestType, responseType } = method.descriptor;
      if (requestStream || responseStream) {
        return this.#runStream(call, method, request, isOpen).catch(failed);
      }
      const answered = (response: unknown) => responseFrame(call.streamId, encoded(responseType, response));
      const response = method.handler(readMessage(requestType, request.payload), call);
      if (!isThenable(response)) return answered(response);
      return Promise.resolve(response).then(answered).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** The last frame of a call with streams. */
  async #runStream(
    call: ServerCall,
    { descriptor, handler }: Method,
    { payload }: Request,
    isOpen: boolean,
  ): Promise<Buffer> {
    const { requestStream, responseStream, requestType, responseType } = descriptor;
    const request = requestStream
      ? this.#openInbox(call, requestType, payload, isOpen)
      : readMessage(requestType, payload);
    const response = await handler(request, call);
    if (!responseStream) return responseFrame(call.streamId, encoded(responseType, response));
    const frameOf = (message: unknown) => dataFrame(call.streamId, encoded(responseType, message));
    call.outbox = new Outbox(this.#connection, response as MessageSource<unknown>, frameOf);
    if (call.aborted) call.outbox.stop();
    if (await call.outbox.send()) return endFrame(call.streamId);
    throw call.reason;
  }

  #openInbox(call: ServerCall, codec: MessageCodec, first: Buffer, isOpen: boolean): Inbox<unknown> {
    const inbox = new Inbox((bytes) => readMessage(codec, bytes), this.#unread, {
      leave: () => this.#streams.delete(call.streamId),
      overflow: () => {
        this.#end(call, unreadTooLong());
        inbox.abort(unreadTooLong()); // it may hold more than the call that it belonged to
      },
    });
    call.inbox = inbox;
    // containerd's client may send a first message with the request.
    if (first.length > 0) inbox.push(first);
    if (isOpen) this.#streams.set(call.streamId, call);
    else inbox.end();
    return inbox;
  }

  #failed(call: ServerCall, { service, method }: Request, error: unknown): Buffer {
    if (!call.aborted && !hasStatus(error)) this.#events.error(error, { service, method });
    return errorFrame(call.streamId, TtrpcError.from(error));
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

function encoded(codec: MessageCodec, message: unknown): Uint8Array {
  return codec.encode(codec.fromPartial(message as never)).finish();
}

function readMessage(codec: MessageCodec, bytes: Buffer): unknown {
  return readable('INTERNAL', () => codec.decode(bytes));
}

/** What `decode` gives; where it fails, `status` is what containerd's server answers in that case. */
function readable<T>(status: StatusName, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw TtrpcError.status(status, `the request cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function invalid(message: string): TtrpcError {
  return TtrpcError.status('INVALID_ARGUMENT', message);
}

function afterEnd(): TtrpcError {
  return invalid('a message came on a stream whose end was sent before');
}

function tooLarge(): TtrpcError {
  return new TtrpcError('ERR_TTRPC_TOO_LARGE', 'the request is larger than 4 MiB');
}

function unreadTooLong(): TtrpcError {
  return TtrpcError.status('RESOURCE_EXHAUSTED', 'the messages of the stream were left unread for too long');
}
