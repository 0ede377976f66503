import type { Duplex } from 'node:stream';
import { Call } from './call.ts';
import { Connection } from './connection.ts';
import { decodeRequest, errorFrame, type Request, responseFrame } from './envelope.ts';
import { TtrpcError } from './errors.ts';
import { type Frame, MAX_DATA_BYTES, REQUEST } from './frame.ts';
import type { ServiceTable } from './service-table.ts';

/** What one connection may hold of a server. */
export interface ConnectionLimits {
  readonly maxConcurrentCalls: number;
  readonly maxPendingBytes: number;
}

/** A request that came while the connection held all it may. */
type WaitingFrame = Frame;

/** One client of a server: its requests, and the calls at work on them. */
export class ServerConnection {
  readonly #connection: Connection;
  readonly #services: ServiceTable;
  readonly #limits: ConnectionLimits;
  readonly #calls = new Set<Call>();
  readonly #waiting: WaitingFrame[] = [];
  #draining = false;
  #idle: (() => void) | undefined;

  constructor(stream: Duplex, services: ServiceTable, limits: ConnectionLimits, onClose: () => void) {
    this.#services = services;
    this.#limits = limits;
    this.#connection = new Connection(stream, {
      frame: (frame) => this.#receive(frame),
      drain: () => this.#startWaiting(),
      close: () => {
        this.#waiting.length = 0;
        for (const call of this.#calls)
          call.abort(new TtrpcError('ERR_TTRPC_CLOSED', 'the connection has ended'));
        this.#idle?.();
        onClose();
      },
    });
  }

  /** Takes no further calls, lets those at work come to their end, sends their responses, and closes. */
  async shutdown(): Promise<void> {
    this.#draining = true;
    this.#startWaiting();
    if (this.#calls.size > 0 && !this.#connection.ended) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    if (!this.#connection.ended) await this.#connection.finish();
  }

  /** Closes at once; the signals of the calls at work are aborted. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  #receive(frame: Frame): void {
    if (frame.type !== REQUEST) return; // containerd's server passes over them as well
    if (this.#isFull()) {
      // The rest of what one read brought; nothing more is read until it has been worked off.
      this.#waiting.push(frame);
      this.#connection.pause();
      return;
    }
    this.#begin(frame);
  }

  #startWaiting(): void {
    if (this.#waiting.length === 0) return;
    while (!this.#isFull() || this.#draining) {
      const frame = this.#waiting.shift();
      if (!frame) break;
      this.#begin(frame);
    }
    if (this.#waiting.length === 0) this.#connection.resume();
  }

  #isFull(): boolean {
    return (
      this.#calls.size >= this.#limits.maxConcurrentCalls ||
      this.#connection.pendingBytes >= this.#limits.maxPendingBytes
    );
  }

  #begin({ streamId, data }: Frame): void {
    try {
      if (this.#draining) throw TtrpcError.status('UNAVAILABLE', 'the server is shutting down');
      if (!data) throw tooLarge('request');
      if (streamId % 2 !== 1)
        throw TtrpcError.status('INVALID_ARGUMENT', 'the stream id of a client must be odd');
      this.#answer(streamId, decodeRequest(data));
    } catch (error) {
      if (error instanceof TtrpcError && error.code === 'ERR_TTRPC_PROTOCOL') throw error;
      this.#connection.send(errorFrame(streamId, TtrpcError.from(error)));
    }
  }

  async #answer(streamId: number, request: Request): Promise<void> {
    const timeoutMs = request.timeoutNano > 0 ? request.timeoutNano / 1e6 : undefined;
    const call = new Call(timeoutMs, request.metadata);
    this.#calls.add(call);
    const timer = timeoutMs !== undefined && setTimeout(() => call.abort(expired()), timeoutMs);
    const frame = await this.#run(streamId, request, call);
    if (timer) clearTimeout(timer);
    this.#calls.delete(call);
    if (this.#connection.ended) return;
    this.#connection.send(frame);
    this.#startWaiting();
    if (this.#calls.size === 0) this.#idle?.();
  }

  /** The frame of the response, whatever happens. */
  async #run(streamId: number, request: Request, call: Call): Promise<Buffer> {
    try {
      const { descriptor, handler } = this.#services.find(request.service, request.method);
      const message = decodePayload(() => descriptor.requestType.decode(request.payload));
      const response = await handler(message, call);
      const payload = descriptor.responseType
        .encode(descriptor.responseType.fromPartial(response as never))
        .finish();
      if (payload.length > MAX_DATA_BYTES - 8) throw tooLarge('response');
      return responseFrame(streamId, payload);
    } catch (error) {
      return errorFrame(streamId, TtrpcError.from(error));
    }
  }
}

function decodePayload<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw TtrpcError.status('INTERNAL', 'the payload is not the message it should be', { cause });
  }
}

function expired(): TtrpcError {
  return TtrpcError.status('DEADLINE_EXCEEDED', 'the deadline of the call has passed');
}

function tooLarge(what: string): TtrpcError {
  return TtrpcError.status('RESOURCE_EXHAUSTED', `the ${what} is larger than the 4 MiB that ttrpc can carry`);
}
