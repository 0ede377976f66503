/// <reference types="node" preserve="true" />
import { Any, Envelope, EventsHandlers, Timestamp } from "@shimwright/shim-api";
type EventExchangeErrorCode = 'ERR_EVENT_NAMESPACE' | 'ERR_EVENT_TOPIC' | 'ERR_EVENT_ENVELOPE' | 'ERR_EVENT_FILTER' | 'ERR_EVENT_ARGUMENT';
interface EventExchangeErrorFacts {
  readonly filter?: string;
  readonly position?: number;
}
export declare class EventExchangeError extends Error {
  readonly code: EventExchangeErrorCode;
  readonly filter: string | undefined;
  readonly position: number | undefined;
  constructor(code: EventExchangeErrorCode, message: string, facts?: EventExchangeErrorFacts & ErrorOptions);
}
interface EventEnvelope extends Readonly<Envelope> {
  readonly timestamp: Readonly<Timestamp>;
  readonly event: Readonly<Any>;
}
interface RecordedEvent {
  readonly timestamp: Date;
  readonly namespace: string;
  readonly topic: string;
  readonly event: Any;
}
interface ForwardFromOptions {
  readonly signal?: AbortSignal;
  readonly onError?: (error: EventExchangeError, event: RecordedEvent) => void;
}
interface LostEvents {
  readonly count: number;
  readonly first: EventEnvelope;
  readonly last: EventEnvelope;
}
interface SubscribeOptions {
  readonly signal?: AbortSignal;
  readonly maxPending?: number;
  readonly onLost?: (lost: LostEvents) => void;
}
interface EventSubscription extends AsyncIterableIterator<EventEnvelope, undefined, undefined>, AsyncDisposable {
  readonly lost: number;
  readonly pending: number;
  next(): Promise<IteratorResult<EventEnvelope, undefined>>;
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncDispose](): Promise<void>;
}
interface EventExchangeOptions {
  readonly maxPending?: number;
}
type SubscribeArguments = readonly string[] | readonly [...filters: string[], options: SubscribeOptions | undefined] | readonly [filters: readonly string[], options?: SubscribeOptions | undefined];
export declare class EventExchange {
  #private;
  constructor(options?: EventExchangeOptions);
  publish(namespace: string, topic: string, event: Any): EventEnvelope;
  forward(envelope: Readonly<Envelope>): EventEnvelope;
  forwardFrom(source: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>, options?: ForwardFromOptions): Promise<void>;
  subscribe(...filtersAndOptions: SubscribeArguments): EventSubscription;
}
interface ForwardTarget {
  forward(envelope: Readonly<Envelope>): unknown;
}
export declare function eventsHandlers(target: ForwardTarget): EventsHandlers;
export type { EventEnvelope, EventExchangeErrorCode, EventExchangeErrorFacts, EventExchangeOptions, EventSubscription, ForwardFromOptions, ForwardTarget, LostEvents, RecordedEvent, SubscribeArguments, SubscribeOptions };
