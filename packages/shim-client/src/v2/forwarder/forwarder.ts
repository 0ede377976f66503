import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startThreads } from '@shimwright/linux-native';
import { EventsDefinition, type ForwardRequest } from '@shimwright/shim-api';
import { TtrpcError, TtrpcServer } from '@shimwright/ttrpc';
import type { EventsPlace } from '../events-place.ts';
import { ForwarderDefinition } from '../forwarder-service.ts';
import { BundleLinks } from './bundle-links.ts';
import { Deletions } from './deletions.ts';
import { PatientWriter } from './patient-writer.ts';
import { SpoolWriter, type WholeEnvelope } from './spool-writer.ts';

/** For how long nobody may be connected before it is looked whether anybody can come. */
const IDLE_MS = 500;

/**
 * Takes the events of shims at a socket that listens already, puts them into the spool, and holds the shims' logs, until nobody
 * can send any more: no manager and no shim is connected, and no shim lives that has been told of the socket. Resolves then, and
 * leaves nothing but the events.
 */
export async function forwardEvents(place: EventsPlace, descriptor: number): Promise<void> {
  startThreads();
  const connections = new Connections();
  const deletions = new Deletions();
  const writer = new PatientWriter(new SpoolWriter(place.spool), (written) => deletions.note(written));
  const links = new BundleLinks(place.bundles);
  const onError = (error: unknown) => console.error(error);
  const server = new TtrpcServer({ authorize: (socket) => connections.add(socket), onError });
  server.handle(EventsDefinition, {
    forward(request) {
      writer.add(checked(request));
      return {};
    },
  });
  server.handle(ForwarderDefinition, {
    awaitDeletion: async (container, { signal }) => {
      await deletions.of(container, signal);
      return {};
    },
  });
  await server.listen({ fd: descriptor });
  do {
    await connections.idle();
    await writer.drained();
  } while (await links.isAnyLive());
  // The name goes first: who comes now finds nobody, and starts a successor.
  rmSync(place.socket, { force: true });
  await server.close();
  links.close();
  rmSync(place.log, { force: true });
}

/** @throws {TtrpcError} `INVALID_ARGUMENT` for what is no event, or would be taken for another one in the spool. */
function checked({ envelope }: ForwardRequest): WholeEnvelope {
  if (envelope?.event === undefined) throw invalid('there is no event');
  if (!/^\/\P{Cc}+$/u.test(envelope.topic)) throw invalid('the topic must begin with a slash');
  if (!/^\P{Cc}+$/u.test(envelope.namespace)) throw invalid('there is no namespace');
  return { ...envelope, event: envelope.event };
}

function invalid(problem: string): TtrpcError {
  return TtrpcError.status('INVALID_ARGUMENT', problem);
}

/** Those who are connected: shims, and the managers that want it to run. */
class Connections {
  count = 0;
  #comings = 0;
  #left = Promise.withResolvers<void>();

  add(socket: Socket): boolean {
    this.count += 1;
    this.#comings += 1;
    socket.once('close', () => {
      this.count -= 1;
      this.#left.resolve();
    });
    return true;
  }

  /** Resolves once nobody has been connected for a while. */
  async idle(): Promise<void> {
    for (let seen = -1; seen !== this.#comings || this.count > 0; ) {
      while (this.count > 0) {
        this.#left = Promise.withResolvers();
        await this.#left.promise;
      }
      seen = this.#comings;
      await delay(IDLE_MS);
    }
  }
}
