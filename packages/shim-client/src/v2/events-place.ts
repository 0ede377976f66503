import { createHash } from 'node:crypto';
import path from 'node:path';
import { listenPath, prepareSpool } from '@shimwright/shim-host';

/** What the forwarder of events keeps in the spool, under hidden names: all but events is passed over there. */
export interface EventsPlace {
  /** The spool that the events go to. */
  readonly spool: string;
  /** The socket that takes them: the `TTRPC_ADDRESS` of the shims. */
  readonly socket: string;
  /** The directory of links to the bundles whose shims send there. */
  readonly bundles: string;
  /** What the forwarder has to say. */
  readonly log: string;
}

/** What belongs to a spool. */
export function eventsPlace(spool: string): EventsPlace {
  const at = (name: string) => path.join(spool, name);
  return { spool, socket: at('.ttrpc'), bundles: at('.bundles'), log: at('.forwarder.log') };
}

/**
 * The place for the manager at an address; the spool is made where it is missing.
 *
 * @throws {ShimHostError} `ERR_SPOOL_INSECURE`. @throws {ShimAddressError} `ERR_ADDRESS_TOO_LONG`.
 */
export function prepareEventsPlace(daemonAddress: string): EventsPlace {
  const place = eventsPlace(prepareSpool(daemonAddress));
  listenPath(`unix://${place.socket}`);
  return place;
}

/** The same, for a manager that is known by the socket of its events. */
export function prepareEventsPlaceOf(socket: string): EventsPlace {
  return prepareEventsPlace(path.dirname(socket).replace(/\.events$/, ''));
}

/** The link of a bundle among those of a place. */
export function bundleLink({ bundles }: EventsPlace, bundlePath: string): string {
  return path.join(bundles, createHash('sha256').update(bundlePath).digest('hex'));
}
