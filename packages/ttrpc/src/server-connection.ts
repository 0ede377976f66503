import type { Duplex } from 'node:stream';
import { Call } from './call.ts';
import { Connection } from './connection.ts';
import { startDeadline } from './deadline.ts';
import { decodeRequest, errorFrame, type Request, responseFrame } from './envelope.ts';
import { TtrpcError } from './errors.ts';
import { type Frame, REQUEST } from './frame.ts';
import type { ServiceTable } from './service-table.ts';
import type { StatusName } from './status.ts';

/** What one connection may hold of a server. */
export interface ConnectionLimits {
  readonly maxConcurrentCalls: number;
  readonly maxPendingBytes: number;
  readonly maxStallMs: number;
}

/** One client of a server: its requests, and the calls at work on them. */
export class ServerConnection {
  readonly #connection: Connection;
  readonly #services: ServiceTable;
  readonly #limits: ConnectionLimits;
  readonly #calls = new Set<Call>();
  /** Bytes of the requests at work. */
  #requestBytes = 0;
  /** Requests that came while the connection held all it may. */
  readonly #waiting: Frame[] = [];
  /** Runs while some of them wait; it begins anew with each that is begun. */
  #stall: NodeJS.Timeout | undefined;
  /** Whether further requests are read, but not kept. */
  #refusing = false;
  readonly #idle = Promise.withResolvers<void>();
  #draining = false;

  constructor(stream: Duplex, services: ServiceTable, limits: ConnectionLimits, onClose: () => void) {
    this.#services = services;
    this.#limits = limits;
    this.#connection = new Connection(stream, {
      frame: (frame) => this.#receive(frame),
      drain: () => this.#startWaiting(),
      close: () => {
        this.#waiting.length = 0;
        clearTimeout(this.#stall);
        const reason = new TtrpcError('ERR_TTRPC_CLOSED', 'the connection has ended');
        for (const call of this.#calls) call.abort(reason);
        this.#idle.resolve();
        onClose();
      },
    });
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

  #receive(frame: Frame): void {
    if (frame.type !== REQUEST) return; // containerd's server passes over them as well
    if (!this.#isFull()) this.#begin(frame);
    else if (this.#refusing) this.#refuse(frame);
    else this.#leaveWaiting(frame);
  }

  /** The rest of what one read brought waits, and nothing more is read until it has been worked off. */
  #leaveWaiting(frame: Frame): void {
    this.#waiting.push(frame);
    this.#connection.pause();
    this.#stall ??= setTimeout(() => {
      // The end of a connection is only seen by reading, and calls that wait for it would wait for ever.
      this.#refusing = true;
      this.#connection.resume();
    }, this.#limits.maxStallMs);
  }

  #refuse({ streamId }: Frame): void {
    const error = TtrpcError.status('RESOURCE_EXHAUSTED', 'the connection has all the calls it may have');
    this.#connection.send(errorFrame(streamId, error));
    // Where answers are left unread, the end is seen by writing.
    if (this.#connection.pendingBytes >= this.#limits.maxPendingBytes) this.#connection.pause();
  }

  #startWaiting(): void {
    if (this.#waiting.length === 0) return;
    const count = this.#waiting.length;
    while (!this.#isFull() || this.#draining) {
      const frame = this.#waiting.shift();
      if (!frame) break;
      this.#begin(frame);
    }
    if (this.#waiting.length === 0) this.#readOn();
    else if (this.#waiting.length < count) this.#waitAnew();
    else if (this.#refusing) this.#connection.resume();
  }

  #readOn(): void {
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#refusing = false;
    this.#connection.resume();
  }

  #waitAnew(): void {
    this.#stall?.refresh();
    this.#refusing = false;
    this.#connection.pause();
  }

  #isFull(): boolean {
    return (
      this.#calls.size >= this.#limits.maxConcurrentCalls ||
      this.#requestBytes + this.#connection.pendingBytes >= this.#limits.maxPendingBytes
    );
  }

  #begin({ streamId, data }: Frame): void {
    try {
      if (this.#draining) throw TtrpcError.status('UNAVAILABLE', 'the server is shutting down');
      if (!data) throw new TtrpcError('ERR_TTRPC_TOO_LARGE', 'the request is larger than 4 MiB');
      if (streamId % 2 !== 1)
        throw TtrpcError.status('INVALID_ARGUMENT', 'the stream id of a client must be odd');
      this.#answer(
        streamId,
        readable('INVALID_ARGUMENT', () => decodeRequest(data)),
        data.length,
      );
    } catch (error) {
      this.#connection.send(errorFrame(streamId, TtrpcError.from(error)));
    }
  }

  #answer(streamId: number, request: Request, bytes: number): void {
    const timeoutMs = request.timeoutNano === 0 ? undefined : Math.max(0, request.timeoutNano / 1e6);
    const call = new Call(timeoutMs, request.metadata);
    this.#calls.add(call);
    const frame = this.#run(streamId, request, call);
    // An answer that is there counts before the next of the many requests that one read can bring begins.
    if (Buffer.isBuffer(frame)) this.#finish(call, frame);
    else void this.#wait(call, frame, bytes);
  }

  async #wait(call: Call, coming: Promise<Buffer>, bytes: number): Promise<void> {
    const timer = startDeadline(call.timeoutMs, (error) => call.abort(error));
    this.#requestBytes += bytes;
    const frame = await coming;
    clearTimeout(timer);
    this.#requestBytes -= bytes;
    this.#finish(call, frame);
    this.#startWaiting();
  }

  #finish(call: Call, frame: Buffer): void {
    this.#calls.delete(call);
    if (this.#connection.ended) return;
    this.#connection.send(frame);
    if (this.#draining && this.#calls.size === 0) this.#idle.resolve();
  }

  /** The frame of the response, whatever happens; not as a promise where the handler gives none. */
  #run(streamId: number, request: Request, call: Call): Buffer | Promise<Buffer> {
    const failed = (error: unknown) => errorFrame(streamId, TtrpcError.from(error));
    try {
      const { descriptor, handler } = this.#services.find(request.service, request.method);
      const { requestType, responseType } = descriptor;
      const answered = (response: unknown) =>
        responseFrame(streamId, responseType.encode(responseType.fromPartial(response as never)).finish());
      const response = handler(
        readable('INTERNAL', () => requestType.decode(request.payload)),
        call,
      );
      if (!isThenable(response)) return answered(response);
      return Promise.resolve(response).then(answered).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === 'function';
}

/** What `decode` gives; where it fails, `status` is what containerd's server answers in that case. */
function readable<T>(status: StatusName, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw TtrpcError.status(status, `the request cannot be read: ${String(cause)}`, { cause });
  }
}
