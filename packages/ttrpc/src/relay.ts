import { iteratorOf, tellEnd } from './outbox.ts';
import type { MessageSource, MessageStream } from './types.ts';

/** The messages of a source within this process, until the source or the call ends. */
export class Relay<Message> implements MessageStream<Message> {
  readonly #iterator: AsyncIterator<Message>;
  readonly #onEnd: (isComplete: boolean) => void;
  /** Ends the reads that wait. */
  readonly #waiting = new Set<(reason: unknown) => void>();
  #isOver = false;
  #failure: { readonly reason: unknown } | undefined;

  /** @param onEnd is called once, with whether the source has come to its end. */
  constructor(source: AsyncIterable<Message>, onEnd: (isComplete: boolean) => void = () => {}) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#onEnd = onEnd;
  }

  /** Ends it at once; the one who reads is told why, whatever the source is at. */
  abort(reason: unknown): void {
    if (this.#isOver) return;
    this.#end(false);
    void tellEnd(this.#iterator);
    if (this.#waiting.size === 0) this.#failure = { reason };
    for (const reject of this.#waiting) reject(reason);
  }

  async next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#failure) {
      const { reason } = this.#failure;
      this.#failure = undefined;
      throw reason;
    }
    if (this.#isOver) return { done: true, value: undefined };
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Message, undefined>>();
    this.#waiting.add(reject);
    this.#read().then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(reject);
    }
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.#failure = undefined;
    if (!this.#isOver) {
      this.#end(false);
      void tellEnd(this.#iterator);
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #read(): Promise<IteratorResult<Message, undefined>> {
    try {
      const { done, value } = await this.#iterator.next();
      if (done !== true && !this.#isOver) return { done: false, value };
    } catch (error) {
      if (!this.#isOver) this.#end(false);
      throw error;
    }
    if (!this.#isOver) this.#end(true);
    return { done: true, value: undefined };
  }

  #end(isComplete: boolean): void {
    this.#isOver = true;
    this.#onEnd(isComplete);
  }
}

/**
 * A source whose messages are changed one by one.
 *
 * @param errorOf what is thrown instead of what the source, or the change, throws.
 * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` when the source is none.
 */
export function mapped(
  source: unknown,
  change: (message: unknown) => unknown,
  errorOf: (error: unknown) => unknown,
): AsyncIterable<unknown> {
  const iterator = iteratorOf(source as MessageSource<unknown>);
  const next = async (): Promise<IteratorResult<unknown>> => {
    const result = await iterator.next();
    return result.done === true ? result : { done: false, value: change(result.value) };
  };
  const end = async (): Promise<IteratorResult<unknown>> => {
    await tellEnd(iterator);
    return { done: true, value: undefined };
  };
  const failed = (error: unknown) => {
    throw errorOf(error);
  };
  return { [Symbol.asyncIterator]: () => ({ next: () => next().catch(failed), return: end }) };
}
