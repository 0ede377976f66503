import type { EventEnvelope } from './event-envelope.ts';
import { PendingQueue } from './pending-queue.ts';
import { shown } from './shown.ts';

/** The events that a slow subscriber has missed: consecutive ones, in the order of publishing. */
export interface LostEvents {
  /** How many events of its filters are gone, at least 1. */
  readonly count: number;
  /** The first of them. */
  readonly first: EventEnvelope;
  /** The last of them; the same as `first` when there is only one. */
  readonly last: EventEnvelope;
}

/** How a subscription behaves. */
export interface SubscribeOptions {
  /** Ends the subscription, without an error; what is pending then is dropped. */
  readonly signal?: AbortSignal;
  /** Events that wait for the subscriber; with more, the oldest are lost. A whole number from 1. @default 1024 */
  readonly maxPending?: number;
  /**
   * Called after events were lost, from `next()`, just before the one that follows the gap is given. What it
   * throws rejects that `next()`, and the event stays for the one after. It is not waited for: what a promise of it
   * rejects with becomes a warning of the process.
   */
  readonly onLost?: (lost: LostEvents) => void;
}

/**
 * The events of one subscriber, from the call of `subscribe` on, in the order of publishing. Leaving a `for await` loop
 * over them unsubscribes. Several `next()` calls may wait at once.
 */
export interface EventSubscription
  extends AsyncIterableIterator<EventEnvelope, undefined, undefined>,
    AsyncDisposable {
  /** How many events were lost so far, because they came faster than they were taken. */
  readonly lost: number;
  /** How many events wait to be taken. */
  readonly pending: number;
  /** The next event; `done` once the subscription has ended. */
  next(): Promise<IteratorResult<EventEnvelope, undefined>>;
  /** Unsubscribes: ends every `next()` that waits, and drops what is pending. */
  return(): Promise<IteratorReturnResult<undefined>>;
  /** The same as `return()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

type Taken = IteratorResult<EventEnvelope, undefined>;

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/** The side of a subscription that the exchange sees as well. */
export class Subscription implements EventSubscription {
  readonly #pending = new PendingQueue<EventEnvelope>();
  readonly #waiting = new PendingQueue<(taken: Taken) => void>();
  readonly #maxPending: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onLost: ((lost: LostEvents) => void) | undefined;
  readonly #onEnd: (subscription: Subscription) => void;
  readonly #end = () => this.#unsubscribe();
  #gap: LostEvents | undefined;
  #lost = 0;
  #ended = false;

  constructor(
    options: SubscribeOptions & { readonly maxPending: number },
    onEnd: (subscription: Subscription) => void,
  ) {
    this.#maxPending = options.maxPending;
    this.#signal = options.signal;
    this.#onLost = options.onLost;
    this.#onEnd = onEnd;
    if (this.#signal?.aborted) this.#ended = true;
    else this.#signal?.addEventListener('abort', this.#end, { once: true });
  }

  get lost(): number {
    return this.#lost;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Whether nothing more will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Hands an envelope to who waits for one, or keeps it; runs nobody's code. */
  deliver(envelope: EventEnvelope): void {
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting({ done: false, value: envelope });
      return;
    }
    this.#pending.push(envelope);
    if (this.#pending.size > this.#maxPending) this.#lose(this.#pending.shift() ?? envelope);
  }

  async next(): Promise<Taken> {
    if (this.#ended) return DONE;
    if (this.#pending.size === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#tellLost();
    const value = this.#pending.shift();
    return value ? { done: false, value } : DONE;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#unsubscribe();
    return DONE;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #lose(envelope: EventEnvelope): void {
    this.#lost += 1;
    this.#gap = { count: (this.#gap?.count ?? 0) + 1, first: this.#gap?.first ?? envelope, last: envelope };
  }

  #tellLost(): void {
    const gap = this.#gap;
    this.#gap = undefined;
    if (!gap || !this.#onLost) return;
    const given: unknown = this.#onLost(gap);
    // Left alone, its rejection would end the process.
    Promise.resolve(given).catch((error: unknown) =>
      process.emitWarning(`onLost failed: ${reasonOf(error)}`),
    );
  }

  #unsubscribe(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal?.removeEventListener('abort', this.#end);
    this.#onEnd(this);
    this.#gap = undefined;
    this.#pending.clear();
    for (let waiting = this.#waiting.shift(); waiting; waiting = this.#waiting.shift()) waiting(DONE);
  }
}

/** What was thrown, whatever it is, as a text. */
function reasonOf(error: unknown): string {
  try {
    const { message } = Object(error) as { readonly message?: unknown };
    return typeof message === 'string' ? message : shown(error);
  } catch {
    return shown(error);
  }
}
