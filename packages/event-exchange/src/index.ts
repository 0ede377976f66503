/// <reference types="node" preserve="true" />

export {
  EventExchangeError,
  type EventExchangeErrorCode,
  type EventExchangeErrorFacts,
} from './errors.ts';
export type { EventEnvelope } from './event-envelope.ts';
export { EventExchange, type EventExchangeOptions, type SubscribeArguments } from './event-exchange.ts';
export { eventsHandlers, type ForwardTarget } from './events-handlers.ts';
export type { ForwardFromOptions, RecordedEvent } from './forward-from.ts';
export type { EventSubscription, LostEvents, SubscribeOptions } from './subscription.ts';
