import type { Any } from './gen/google/protobuf/any.ts';

/** Where events go; an `EventExchange` of `@shimwright/event-exchange` is one. */
export interface EventPublisher {
  /** Passes an event on. Must not wait. */
  publish(namespace: string, topic: string, event: Any): void;
}
