import type { Duplex } from 'node:stream';
import { TtrpcError } from './errors.ts';
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
    stream.on('close', () => {
      this.#end(lost('it ended'));
      this.#closed.resolve();
    });
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
    process.nextTick(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Stops reading: what the other side sends waits in the system, and then there. */
  pause(): void {
    this.#stream.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#stream.resume();
  }

  /** Ends the connection at once; resolves when the stream is closed. */
  async close(error?: TtrpcError): Promise<void> {
    this.#end(error);
    await this.#closed.promise;
  }

  /** Ends the connection once all that was sent is on its way; resolves when the stream is closed. */
  async finish(): Promise<void> {
    while (!this.#ended && this.pendingBytes > 0) {
      this.#flush();
      if (this.#blocked) await this.#drained();
    }
    this.#stream.end(() => this.#end(undefined));
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
    if (!this.#blocked) this.#events.drain?.();
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return;
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      this.#end(error instanceof TtrpcError ? error : lost(String(error), error));
    }
  }

  #end(error: TtrpcError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#stream.destroy();
    this.#events.close(error);
  }
}

function lost(why: string, cause?: unknown): TtrpcError {
  return new TtrpcError(
    'ERR_TTRPC_CLOSED',
    `the connection was lost: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
