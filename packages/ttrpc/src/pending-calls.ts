import type { Buffer } from 'node:buffer';
import { clearTimeout } from 'node:timers';
import { startDeadline } from './deadline.ts';
import { decodeResponse } from './envelope.ts';
import { TtrpcError } from './errors.ts';
import { DATA, type Frame, NO_DATA, REMOTE_CLOSED, RESPONSE } from './frame.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import { StreamTable } from './stream-table.ts';
import type { GivenOptions, MessageCodec } from './types.ts';
import type { UnreadMessages } from './unread-messages.ts';

/** A call that waits for its response, or for further ones. */
export interface PendingCall {
  readonly streamId: number;
  readonly codec: MessageCodec<unknown>;
  readonly resolve: (message: unknown) => void;
  readonly reject: (reason: unknown) => void;
  timer: NodeJS.Timeout | undefined;
  signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
  /** The responses, where it has a stream of them. */
  readonly inbox: Inbox<unknown> | undefined;
  /** The requests, where it has a stream of them. */
  readonly outbox: Outbox | undefined;
}

/** A call without limits of time, which `add` gives it. */
export function pendingCall(
  streamId: number,
  codec: MessageCodec<unknown>,
  resolve: PendingCall['resolve'],
  reject: PendingCall['reject'],
  inbox?: Inbox<unknown>,
  outbox?: Outbox,
): PendingCall {
  return {
    streamId,
    codec,
    resolve,
    reject,
    timer: undefined,
    signal: undefined,
    onAbort: undefined,
    inbox,
    outbox,
  };
}

/** The calls of a client that wait for something, and what comes for them. */
export class PendingCalls {
  readonly #calls = new StreamTable<PendingCall>();
  readonly #unread: UnreadMessages;

  /** @param unread is told when there are more or fewer. */
  constructor(unread: UnreadMessages) {
    this.#unread = unread;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** An id for a new call. @throws {TtrpcError} `ERR_TTRPC_EXHAUSTED` when there are none left. */
  nextId(): number {
    return this.#calls.nextId();
  }

  /** Adds a call, whose id `nextId` has given last. */
  add(call: PendingCall, options: GivenOptions | undefined): void {
    if (options) this.#watch(call, options);
    this.#calls.add(call);
    if (this.#unread.isPaused) this.#unread.update(); // it waits for something
  }

  #watch(call: PendingCall, { signal, timeoutMs }: GivenOptions): void {
    const { streamId } = call;
    call.timer = startDeadline(timeoutMs, (error) => this.giveUp(streamId, error));
    if (!signal) return;
    call.signal = signal;
    call.onAbort = () => this.giveUp(streamId, signal.reason);
    signal.addEventListener('abort', call.onAbort);
  }

  /** The pending call, which is no longer pending then. */
  take(streamId: number): PendingCall | undefined {
    const call = this.#calls.take(streamId);
    if (!call) return undefined;
    if (call.timer) clearTimeout(call.timer);
    if (call.onAbort) call.signal?.removeEventListener('abort', call.onAbort);
    call.outbox?.stop();
    if (this.#unread.isPaused) this.#unread.update();
    return call;
  }

  /** Ends a call at once; what comes for it later is dropped. A stream may have messages when its call is over. */
  giveUp(streamId: number, reason: unknown, inbox = this.#calls.get(streamId)?.inbox): void {
    const call = this.take(streamId);
    if (inbox) inbox.abort(reason);
    else call?.reject(reason);
  }

  /** All of them fail. */
  failAll(reason: () => unknown): void {
    for (const { streamId } of this.#calls.streams()) {
      const call = this.take(streamId);
      if (call) fail(call, reason());
    }
  }

  /** Takes in what the server sent. @throws {TtrpcError} `ERR_TTRPC_PROTOCOL` where it belongs to no call. */
  receive({ streamId, type, flags, data }: Frame): void {
    if ((type !== RESPONSE && type !== DATA) || !this.#calls.hasIssued(streamId)) {
      throw withoutCall(streamId);
    }
    if (type === DATA) {
      this.#receiveData(streamId, flags, data);
      return;
    }
    const response = data && decodeResponse(data);
    const call = this.take(streamId);
    if (!call) return; // the caller has given it up
    if (!response) fail(call, tooLarge());
    else if (response.error) fail(call, response.error);
    else if (call.inbox) endWith(call.inbox, response.payload);
    else settle(call, response.payload);
  }

  #receiveData(streamId: number, flags: number, data: Buffer | undefined): void {
    const call = this.#calls.get(streamId);
    if (!call) return;
    if (data && call.inbox) {
      if ((flags & NO_DATA) === 0) call.inbox.push(data);
      if ((flags & REMOTE_CLOSED) === 0) return;
      this.take(streamId);
      call.inbox.end();
    } else {
      this.take(streamId);
      fail(call, data ? notAsked() : tooLarge());
    }
  }
}

/** @throws {TtrpcError} `ERR_TTRPC_PROTOCOL` for what is no such message. */
export function decoded(codec: MessageCodec, bytes: Buffer): unknown {
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

function withoutCall(streamId: number): TtrpcError {
  return new TtrpcError(
    'ERR_TTRPC_PROTOCOL',
    `the server sent a frame on stream ${streamId}, which has no call`,
  );
}

function tooLarge(): TtrpcError {
  return new TtrpcError('ERR_TTRPC_TOO_LARGE', 'the response is larger than the 4 MiB that ttrpc can carry');
}

function notAsked(): TtrpcError {
  return new TtrpcError(
    'ERR_TTRPC_PROTOCOL',
    'the server sent a stream, and not the one response of the call',
  );
}
