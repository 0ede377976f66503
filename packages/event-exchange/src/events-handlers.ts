import type { Envelope, EventsHandlers } from '@shimwright/shim-api';
import { EventExchangeError, isEventExchangeError } from './errors.ts';

/** Where forwarded events go: an `EventExchange`, or an object that records them first. */
export interface ForwardTarget {
  /** Passes an event on, or refuses it with an `EventExchangeError`; a promise is awaited. */
  forward(envelope: Readonly<Envelope>): unknown;
}

/**
 * Returns handlers for containerd's events service, `containerd.services.events.ttrpc.v1.Events`, which shims of runtime
 * v2 call at `TTRPC_ADDRESS`. Each event goes to `target`, with the time and the namespace that the shim gives. The shim
 * gets its answer once `target` has the event. If that fails, it tries again.
 *
 * An event that containerd would refuse is answered with INVALID_ARGUMENT, as containerd does.
 */
export function eventsHandlers(target: ForwardTarget): EventsHandlers {
  return {
    async forward({ envelope }) {
      try {
        if (!envelope) throw new EventExchangeError('ERR_EVENT_ENVELOPE', 'there is no envelope');
        await target.forward(envelope);
      } catch (error) {
        if (isEventExchangeError(error)) throw invalidArgument(error);
        throw error;
      }
      return {};
    },
  };
}

/** What ttrpc takes for a status, by its shape: so that this package needs no server of its own. */
function invalidArgument(error: EventExchangeError): Error {
  return Object.assign(new Error(error.message, { cause: error }), {
    code: 'ERR_TTRPC_STATUS',
    status: 'INVALID_ARGUMENT',
  });
}
