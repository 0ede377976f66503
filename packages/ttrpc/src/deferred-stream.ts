import { iteratorOf, tellEnd } from './outbox.ts';
import type { MessageSource, MessageStream } from './types.ts';

/** The stream that a promise gives, before it does. */
export class DeferredStream<Message> implements MessageStream<Message> {
  readonly #iterator: Promise<AsyncIterator<Message> | Iterator<Message>>;
  #isOver = false;

  constructor(coming: Promise<unknown>) {
    this.#iterator = coming.then(
      (source) => iteratorOf(source as MessageSource<unknown>) as AsyncIterator<Message>,
    );
    this.#iterator.catch(() => {}); // told to the reader, if there is one
  }

  async next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#isOver) return { done: true, value: undefined };
    try {
      const result = await (await this.#iterator).next();
      if (result.done !== true) return { done: false, value: result.value };
    } catch (error) {
      if (this.#isOver) return { done: true, value: undefined };
      this.#isOver = true;
      throw error;
    }
    this.#isOver = true;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.#isOver = true;
    this.#iterator.then(tellEnd, () => {});
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
