import { Buffer } from 'node:buffer';
import { nextTick } from 'node:process';
import type { Duplex } from 'node:stream';
import { messageOf, TtrpcError } from './errors.ts';
import { type Frame, FrameDecoder } from './frame.ts';

/** What one side does with its connection. */
export interface ConnectionEvents {
  /** A frame came. What it throws ends the connection. */
  frame(frame: Frame): void;
  /** The connection has ended: without an error when this side closed it. Called once. */
  close(error: TtrpcError | undefined): void;
  /** Of what was sent, nothing waits for the other side to read any more. */
  drain?(): void;
}

/** Why a connection is not read. It is read again when no reason is left. */
export const PauseReason = { calls: 1, unread: 2 } as const;
type PauseReason = (typeof PauseReason)[keyof typeof PauseReason];

/** Streams send no further message while so much waits for the other side to read, so that calls come in between. */
const STREAM_WINDOW_BYTES = 256 * 1024;

/** A stream that carries frames in both directions. */
export class Connection {
  readonly #stream: Duplex;
  readonly #events: ConnectionEvents;
  readonly #decoder: FrameDecoder;
  readonly #closed = Promise.withResolvers<void>();
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #flushing = false;
  #blocked = false;
  #ended = false;
  #paused = 0;
  /** Of streams that wait until they may send. */
  #waiting: (() => void)[] = [];

  constructor(stream: Duplex, events: ConnectionEvents) {
    this.#stream = stream;
    this.#events = events;
    this.#decoder = new FrameDecoder((frame) => {
      if (!this.#ended) events.frame(frame);
    });
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
    stream.on('error', (cause: Error) => this.#end(lost(cause.message, cause)));
    stream.on('end', () =>
      this.#end(this.#decoder.isWithinFrame ? lost('it ended within a frame') : lost('it ended')),
    );
    stream.on('close', () => this.#close());
    // What has happened already is not told again.
    if (isOver(stream)) nextTick(() => this.#close());
  }

  /** Bytes given to `send` that wait for the other side to read; `drain` is called when they no longer do. */
  get pendingBytes(): number {
    return this.#queuedBytes + (this.#blocked ? this.#stream.writableLength : 0);
  }

  /** Whether nothing can be sent any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Sends a frame; those of one tick go out together, in one system call. */
  send(frame: Buffer): void {
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
    if (this.#flushing) return;
    this.#flushing = true;
    // After the promise callbacks of this tick, which send further frames.
    nextTick(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Resolves when a stream may send its next message, or when the connection has ended. */
  async untilWritable(): Promise<void> {
    while (!this.#ended && this.pendingBytes >= STREAM_WINDOW_BYTES) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
  }

  /** Stops reading: what the other side sends waits in the system, and then there. */
  pause(reason: PauseReason): void {
    this.#paused |= reason;
    this.#stream.pause();
  }

  /** Reads on, unless there is another reason not to. */
  resume(reason: PauseReason): void {
    if ((this.#paused & reason) === 0) return;
    this.#paused &= ~reason;
    if (this.#paused === 0) this.#stream.resume();
  }

  /** Ends the connection at once; resolves when the stream is closed. */
  async close(error?: TtrpcError): Promise<void> {
    this.#end(error);
    await this.#closed.promise;
  }

  /** Ends the connection once all that was sent is on its way; resolves when the stream is closed. */
  async finish(): Promise<void> {
    while (!this.#ended && !this.#stream.writableEnded && this.pendingBytes > 0) {
      this.#flush();
      if (this.#blocked) await this.#drained();
    }
    if (!this.#stream.writableEnded) this.#stream.end(() => this.#end(undefined));
    await this.#closed.promise;
  }

  async #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stream.once('drain', resolve);
    await Promise.race([promise, this.#closed.promise]);
  }

  #flush(): void {
    if (this.#blocked || this.#stream.writableEnded || this.#ended) return;
    if (this.#queue.length > 0) {
      const [first] = this.#queue;
      const bytes = this.#queue.length === 1 && first ? first : Buffer.concat(this.#queue, this.#queuedBytes);
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#blocked = !this.#stream.write(bytes);
    }
    if (this.#blocked) return;
    this.#wakeStreams();
    this.#events.drain?.();
  }

  /** Each looks again whether it may send, in the order they came. */
  #wakeStreams(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return;
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      this.#end(error instanceof TtrpcError ? error : lost(messageOf(error), error));
    }
  }

  #close(): void {
    this.#end(lost('it ended'));
    this.#closed.resolve();
  }

  #end(error: TtrpcError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#stream.destroy();
    this.#wakeStreams();
    this.#events.close(error);
  }
}

/** Whether a stream has ended in either direction, or was destroyed. */
function isOver(stream: Duplex): boolean {
  return stream.destroyed || stream.readableEnded || stream.writableEnded || !stream.readable;
}

function lost(why: string, cause?: unknown): TtrpcError {
  return new TtrpcError(
    'ERR_TTRPC_CLOSED',
    `the connection was lost: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
