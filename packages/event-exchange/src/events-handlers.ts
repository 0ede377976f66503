import type { Envelope, EventsHandlers } from '@shimwright/shim-api';
import { EventExchangeError, isEventExchangeError } from './errors.ts';

/** Where forwarded events go: an `EventExchange`, or what records them first. */
export interface ForwardTarget {
  /** Passes an event on, or refuses it with an `EventExchangeError`; a promise is awaited. */
  forward(envelope: Readonly<Envelope>): unknown;
}

/**
 * What answers the events service of containerd, `containerd.services.events.ttrpc.v1.Events`, which shims of runtime v2
 * call at `TTRPC_ADDRESS`: each event goes to `target`, under the time and the namespace that the shim gives. The shim is
 * answered once `target` has it, and tries again when it is not.
 *
 * An event that containerd would refuse is answered by INVALID_ARGUMENT, as there.
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
