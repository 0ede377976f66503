import type { Buffer } from 'node:buffer';
import type { MessageStream } from './types.ts';
import type { UnreadHolder, UnreadMessages } from './unread-messages.ts';

/** What a message takes in memory beside its bytes, which it may have none of. */
const MESSAGE_OVERHEAD_BYTES = 128;

/** Messages that were read are cut off when there are so many. */
const MAX_READ_MESSAGES = 1024;

/** What becomes of an {@link Inbox} when its reader, or the connection, has had enough of it. */
export interface InboxEvents {
  /** Its reader reads no further; called at most once, and not when it has come to its end. */
  leave(): void;
  /** It holds more than its connection may. */
  overflow(): void;
}

type Reader<Message> = PromiseWithResolvers<IteratorResult<Message, undefined>>;

/** The messages of one stream as they come in, as bytes until they are read. */
export class Inbox<Message> implements MessageStream<Message>, UnreadHolder {
  readonly #decode: (bytes: Buffer) => Message;
  readonly #unread: UnreadMessages;
  readonly #events: InboxEvents;
  readonly #readers: Reader<Message>[] = [];
  #messages: Buffer[] = [];
  /** How many of them have been read. */
  #readCount = 0;
  #unreadBytes = 0;
  #isOver = false;
  /** What the reader is told once, after the messages, when it has not ended well. */
  #failure: { readonly reason: unknown } | undefined;

  /** @param decode makes a message of its bytes; what it throws ends the stream. */
  constructor(decode: (bytes: Buffer) => Message, unread: UnreadMessages, events: InboxEvents) {
    this.#decode = decode;
    this.#unread = unread;
    this.#events = events;
  }

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  get unreadCount(): number {
    return this.#messages.length - this.#readCount;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  overflow(): void {
    this.#events.overflow();
  }

  /** A message has come. */
  push(bytes: Buffer): void {
    if (this.#isOver) return;
    const reader = this.#readers.shift();
    if (reader) {
      this.#read(bytes).then(reader.resolve, reader.reject);
      return;
    }
    this.#messages.push(bytes);
    const held = bytes.length + MESSAGE_OVERHEAD_BYTES;
    this.#unreadBytes += held;
    this.#unread.hold(this, held);
  }

  /** No further message comes; those that were not read yet are kept. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const reader of this.#readers.splice(0)) reader.resolve({ done: true, value: undefined });
    if (this.#unread.isPaused) this.#unread.update(); // who still waits for something is another question now
  }

  /** It goes wrong after the messages that have come. */
  fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#failure = { reason };
    const reader = this.#readers.shift();
    if (reader) this.#throw().catch(reader.reject);
    this.end();
  }

  /** It goes wrong at once: what was not read yet is dropped. Also when all has come but was not read. */
  abort(reason: unknown): void {
    if (this.#isOver && this.unreadCount === 0) return;
    this.#drop();
    this.#isOver = false;
    this.fail(reason);
  }

  async next(): Promise<IteratorResult<Message, undefined>> {
    const bytes = this.#messages[this.#readCount];
    if (bytes) {
      this.#shift(bytes);
      return this.#read(bytes);
    }
    if (this.#failure) return this.#throw();
    if (this.#isOver) return { done: true, value: undefined };
    const reader: Reader<Message> = Promise.withResolvers();
    this.#readers.push(reader);
    return reader.promise;
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.#failure = undefined;
    this.#drop();
    if (!this.#isOver) {
      this.end();
      this.#events.leave();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #read(bytes: Buffer): Promise<IteratorResult<Message, undefined>> {
    try {
      return { done: false, value: this.#decode(bytes) };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async #throw(): Promise<never> {
    const reason = this.#failure?.reason;
    this.#failure = undefined;
    throw reason;
  }

  #shift({ length }: Buffer): void {
    this.#readCount += 1;
    if (this.#readCount === Math.min(this.#messages.length, MAX_READ_MESSAGES)) {
      this.#messages.splice(0, this.#readCount);
      this.#readCount = 0;
    }
    this.#release(length + MESSAGE_OVERHEAD_BYTES);
  }

  #drop(): void {
    this.#messages = [];
    this.#readCount = 0;
    if (this.#unreadBytes > 0) this.#release(this.#unreadBytes);
  }

  #release(bytes: number): void {
    this.#unreadBytes -= bytes;
    this.#unread.release(this, bytes);
  }
}
