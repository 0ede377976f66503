import { isUint8Array } from 'node:util/types';
import type { Any, Envelope, Timestamp } from '@shimwright/shim-api';
import { EventExchangeError } from './errors.ts';
import { validateNamespace, validateTopic } from './names.ts';
import { shown } from './shown.ts';

/**
 * An envelope that has passed the exchange, so nothing in it is missing. All subscribers get the same object, which is
 * frozen. Its `timestamp` and `event` are not frozen, but must not be changed either.
 */
export interface EventEnvelope extends Readonly<Envelope> {
  /** When the event was published, to the nanosecond. */
  readonly timestamp: Readonly<Timestamp>;
  /** The event itself; `decodeEvent` of `@shimwright/shim-api` reads it. */
  readonly event: Readonly<Any>;
}

// What Go has for "no time": the beginning of the year 1.
const GO_ZERO_SECONDS = -62135596800;

/**
 * A frozen copy of the envelope, once it is known to be one that containerd would take.
 *
 * @throws {EventExchangeError} `ERR_EVENT_NAMESPACE`, `ERR_EVENT_TOPIC` or `ERR_EVENT_ENVELOPE`.
 */
export function validEnvelope(envelope: Readonly<Envelope>): EventEnvelope {
  if (typeof envelope !== 'object' || envelope === null) {
    throw new EventExchangeError('ERR_EVENT_ENVELOPE', `${shown(envelope)} is no envelope`);
  }
  const { timestamp, namespace, topic, event } = envelope;
  validateNamespace(namespace);
  validateTopic(topic);
  if (!isMoment(timestamp)) {
    throw new EventExchangeError('ERR_EVENT_ENVELOPE', `an event of ${topic} has no valid timestamp`);
  }
  if (!isAny(event)) {
    throw new EventExchangeError(
      'ERR_EVENT_ENVELOPE',
      `an envelope of ${topic} has no event, or one that is no Any`,
    );
  }
  return Object.freeze({ timestamp, namespace, topic, event });
}

function isMoment(timestamp: Timestamp | undefined): timestamp is Timestamp {
  if (!timestamp || !Number.isSafeInteger(timestamp.seconds) || !Number.isInteger(timestamp.nanos))
    return false;
  if (timestamp.nanos < 0 || timestamp.nanos >= 1e9) return false;
  return timestamp.seconds !== GO_ZERO_SECONDS || timestamp.nanos !== 0;
}

function isAny(event: Any | undefined): event is Any {
  return typeof event?.typeUrl === 'string' && isUint8Array(event.value);
}
