import type { Any, Envelope } from '@shimwright/shim-api';
import { checkOptions, wholeFromOne, wrong } from './check-options.ts';
import { type EventEnvelope, validEnvelope } from './event-envelope.ts';
import { EventSubject } from './event-subject.ts';
import { type EventFilter, parseFilters } from './filter/parse-filters.ts';
import { type ForwardFromOptions, forwardAll, type RecordedEvent } from './forward-from.ts';
import { type EventSubscription, type SubscribeOptions, Subscription } from './subscription.ts';
import { WallClock } from './wall-clock.ts';

/** How an exchange treats its subscribers. */
export interface EventExchangeOptions {
  /** The `maxPending` of subscriptions that have none of their own. @default 1024 */
  readonly maxPending?: number;
}

/** The arguments of `subscribe`: filters, one by one or in an array, then optionally options. */
export type SubscribeArguments =
  | readonly string[]
  | readonly [...filters: string[], options: SubscribeOptions | undefined]
  | readonly [filters: readonly string[], options?: SubscribeOptions | undefined];

/** Publishes events to subscribers in this process, as containerd's exchange does. */
export class EventExchange {
  readonly #clock = new WallClock();
  readonly #subscribers = new Map<Subscription, EventFilter>();
  readonly #maxPending: number;

  /**
   * An exchange without subscribers.
   *
   * @throws {EventExchangeError} `ERR_EVENT_ARGUMENT` when `maxPending` is no whole number from 1.
   */
  constructor(options?: EventExchangeOptions) {
    this.#maxPending = wholeFromOne(
      'maxPending',
      checkOptions(options, { maxPending: 'number' }).maxPending ?? 1024,
    );
  }

  /**
   * Publishes an event under the time of the call. Never waits: subscribers get it when they ask for it.
   *
   * @returns the envelope that subscribers get.
   * @throws {EventExchangeError} `ERR_EVENT_NAMESPACE` or `ERR_EVENT_TOPIC` when containerd would refuse them,
   * `ERR_EVENT_ENVELOPE` when `event` is no `Any`. Then nobody gets it.
   */
  publish(namespace: string, topic: string, event: Any): EventEnvelope {
    return this.forward({ timestamp: this.#clock.now(), namespace, topic, event });
  }

  /**
   * Passes on what somebody else has published, under its own time. Never waits.
   *
   * @returns the envelope that subscribers get: a copy, which shares its event with `envelope`.
   * @throws {EventExchangeError} as `publish`, and `ERR_EVENT_ENVELOPE` also when the timestamp is missing, not valid,
   * or Go's "no time", the beginning of the year 1.
   */
  forward(envelope: Readonly<Envelope>): EventEnvelope {
    const valid = validEnvelope(envelope);
    const subject = new EventSubject(valid);
    for (const [subscriber, filter] of this.#subscribers) {
      if (filter(subject)) subscriber.deliver(valid);
    }
    return valid;
  }

  /**
   * Passes on all events of a source, such as the spool of remote shims: `watchSpool` of `@shimwright/shim-client`.
   *
   * @returns once the source has ended, or `signal` is aborted.
   * @throws what the source throws, and what `onError` throws. An event that is refused is no such case.
   * @throws {EventExchangeError} `ERR_EVENT_ARGUMENT` when the source cannot be iterated, or an option is none.
   */
  async forwardFrom(
    source: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>,
    options?: ForwardFromOptions,
  ): Promise<void> {
    await forwardAll(
      source,
      (envelope) => this.forward(envelope),
      checkOptions(options, { signal: 'signal', onError: 'callback' }),
    );
  }

  /**
   * Subscribes, from the call on, to the events that match any of the filters, or to all without one. The filters are
   * containerd's, such as `topic~="^/tasks/",event.container_id==web`; they may be in an array, and options may follow.
   *
   * The subscription ends on `signal`, on `return()` and when a `for await` over it is left. Until then it holds up to
   * `maxPending` events for its subscriber, whether or not one takes them.
   *
   * @throws {EventExchangeError} `ERR_EVENT_FILTER`, with the filter and the position in it.
   * @throws {EventExchangeError} `ERR_EVENT_ARGUMENT` when an option is not what it must be.
   */
  subscribe(...filtersAndOptions: SubscribeArguments): EventSubscription {
    const { filters, options } = partsOf(filtersAndOptions);
    const filter = parseFilters(filters);
    const maxPending = wholeFromOne('maxPending', options.maxPending ?? this.#maxPending);
    const subscription = new Subscription({ ...options, maxPending }, (ended) =>
      this.#subscribers.delete(ended),
    );
    if (!subscription.ended) this.#subscribers.set(subscription, filter);
    return subscription;
  }
}

/** What `subscribe` was given, whichever way. */
function partsOf(given: SubscribeArguments): {
  readonly filters: readonly string[];
  readonly options: SubscribeOptions;
} {
  const last = given.at(-1);
  const hasOptions = given.length > 0 && typeof last !== 'string' && !Array.isArray(last);
  const options = checkOptions<SubscribeOptions>(
    hasOptions ? (last as SubscribeOptions | undefined) : undefined,
    { signal: 'signal', maxPending: 'number', onLost: 'callback' },
  );
  const rest = hasOptions ? given.slice(0, -1) : given;
  const [first] = rest;
  if (!Array.isArray(first)) return { filters: rest as readonly string[], options };
  if (rest.length === 1) return { filters: first as readonly string[], options };
  throw wrong('what follows an array of filters', 'options', rest[1]);
}
