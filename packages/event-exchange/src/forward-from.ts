import { type Any, dateToTimestamp, type Envelope } from '@shimwright/shim-api';
import { wrong } from './check-options.ts';
import { EventExchangeError, isEventExchangeError } from './errors.ts';
import { shown } from './shown.ts';

/** An event that was recorded elsewhere, such as those of `watchSpool` of `@shimwright/shim-client`. */
export interface RecordedEvent {
  /** When it was published. */
  readonly timestamp: Date;
  /** The namespace it happened in. */
  readonly namespace: string;
  /** What happened, for example `/tasks/exit`. */
  readonly topic: string;
  /** The event itself. */
  readonly event: Any;
}

/** How events from elsewhere are passed on. */
export interface ForwardFromOptions {
  /** Ends the forwarding, without an error. */
  readonly signal?: AbortSignal;
  /**
   * Called with each event that is refused; the others go on, once its promise, if it gives one, is there. What it throws, or rejects
   * with, ends the forwarding.
   * @default a warning of the process
   */
  readonly onError?: (error: EventExchangeError, event: RecordedEvent) => void;
}

/**
 * Passes all that `source` gives to `forward`. Another event is asked for only once the one before it was passed on,
 * which tells a spool that it may forget that one.
 */
export async function forwardAll(
  source: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>,
  forward: (envelope: Envelope) => void,
  { signal, onError = warn }: ForwardFromOptions,
): Promise<void> {
  const iterator = iteratorOf(source);
  if (signal?.aborted) return;
  try {
    while (true) {
      const taken = await unlessAborted(iterator.next(), signal);
      if (!taken || taken.done) return;
      const refused = refusal(() => forward(toEnvelope(taken.value)));
      if (!refused) continue;
      const given: unknown = onError(refused, taken.value); // its type lets a function give anything, such as a promise
      await unlessAborted(Promise.resolve(given), signal);
    }
  } finally {
    // Not awaited: a generator returns only after its `next()`, for which an abort must not wait.
    iterator.return?.()?.then(undefined, () => {});
  }
}

/** Goes over the source, which may have all its events already. */
function iteratorOf(
  source: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>,
): AsyncIterator<RecordedEvent> {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return later(source)[Symbol.asyncIterator]();
  }
  throw wrong('the source', 'an iterable of events', source);
}

async function* later<Item>(items: Iterable<Item>): AsyncGenerator<Item, void> {
  yield* items;
}

function refusal(forward: () => void): EventExchangeError | undefined {
  try {
    forward();
    return undefined;
  } catch (error) {
    if (isEventExchangeError(error)) return error;
    throw error;
  }
}

function toEnvelope(recorded: RecordedEvent): Envelope {
  if (typeof recorded !== 'object' || recorded === null) {
    throw new EventExchangeError('ERR_EVENT_ENVELOPE', `${shown(recorded)} is no event`);
  }
  const { timestamp, namespace, topic, event } = recorded;
  try {
    return { timestamp: dateToTimestamp(timestamp), namespace, topic, event };
  } catch (cause) {
    throw new EventExchangeError('ERR_EVENT_ENVELOPE', `an event of ${shown(topic)} has no valid Date`, {
      cause,
    });
  }
}

/** What `work` gives, or undefined as soon as the signal is aborted. */
function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    const settle = () => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(settle);
  });
}

function warn(error: EventExchangeError): void {
  process.emitWarning(error);
}
