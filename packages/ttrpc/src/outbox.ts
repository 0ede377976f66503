import type { Buffer } from 'node:buffer';
import { shown, wrong } from './arguments.ts';
import type { Connection } from './connection.ts';
import type { MessageSource } from './types.ts';

/** Sends the messages of one stream, as fast as the other side reads them. */
export class Outbox {
  readonly #connection: Connection;
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #frameOf: (message: unknown) => Buffer;
  #isStopped = false;

  /**
   * @param frameOf makes the frame of a message; what it throws ends the sending.
   * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` when the source is none.
   */
  constructor(connection: Connection, source: MessageSource<unknown>, frameOf: (message: unknown) => Buffer) {
    this.#connection = connection;
    this.#iterator = iteratorOf(source);
    this.#frameOf = frameOf;
  }

  /**
   * Sends all messages; whether that was done, and not stopped. Rejects with what the source, or the making of a
   * frame, throws; the source is told of the latter.
   */
  async send(): Promise<boolean> {
    while (!this.#isStopped) {
      const { done, value } = await this.#iterator.next();
      if (this.#isStopped) break;
      if (done === true) return true;
      try {
        this.#connection.send(this.#frameOf(value));
      } catch (error) {
        this.stop();
        throw error;
      }
      await this.#connection.untilWritable();
    }
    return false;
  }

  /** Sends nothing more, and tells the source so. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    void tellEnd(this.#iterator);
  }
}

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for what is no source of messages. */
export function iteratorOf(source: MessageSource<unknown>): AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof source === 'object' && source !== null) {
    const { [Symbol.asyncIterator]: inTime, [Symbol.iterator]: atOnce } = source as Partial<
      AsyncIterable<unknown> & Iterable<unknown>
    >;
    if (typeof inTime === 'function') return inTime.call(source);
    if (typeof atOnce === 'function') return atOnce.call(source);
  }
  throw wrong(`a stream of messages must be an iterable object, not ${shown(source)}`);
}

/** Tells an iterator that nothing more is wanted; what it says to that is nobody's concern. */
export async function tellEnd(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // The call has its outcome already.
  }
}
