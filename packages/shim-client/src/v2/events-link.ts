import { once } from 'node:events';
import { rmSync, symlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isShortage, makeDirectoriesSync } from '@shimwright/linux-native';
import { EventsDefinition } from '@shimwright/shim-api';
import { TtrpcClient } from '@shimwright/ttrpc';
import { hasCode, ShimClientError } from '../errors.ts';
import { within } from '../within.ts';
import { bundleLink, type EventsPlace } from './events-place.ts';
import { type ContainerName, ForwarderDefinition } from './forwarder-service.ts';
import { startForwarder } from './start-forwarder.ts';

/** How often the forwarder is started anew in a row before it is given up. */
const MAX_TRIES = 20;
const RETRY_MS = 5;

/** One that dies sooner than this after its start is not at once started again. */
const LONG_MS = 5_000;

/** How soon the forwarder is started anew that could not be for want of a resource. */
const SHORTAGE_MS = 1_000;

/** How long a shim may take to tell of what it has done. */
const TELL_MS = 1_000;

/** How long the forwarder is held without a shim: a program that runs one container after another needs it again at once. */
const LINGER_MS = 10_000;

function lingerMs(): number {
  return Number(process.env['SHIMWRIGHT_LINGER_MS'] ?? LINGER_MS);
}

const links = new Map<string, EventsLink>();

/**
 * This process's hold of the forwarder of events: while it has one, the forwarder runs, and is started anew should it die.
 *
 * The shims of runtime v2 send each event to a socket, and give it up after some seconds of retries; a manager may be away for
 * longer. So the socket is that of a small process, which lives as long as the shims do and drops the events into the spool. Our
 * own shim could do that itself, but the stock ones cannot, and they all share the one process.
 */
export class EventsLink {
  readonly place: EventsPlace;
  readonly #bundles = new Map<string, number>();
  #client: TtrpcClient | undefined;
  #ready: Promise<void> | undefined;
  #answered: Promise<unknown> | undefined;
  #deaths = 0;
  #linger: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  /** The link for a place: one for all of this process. */
  static async of(place: EventsPlace, bundlePath: string): Promise<EventsLink> {
    const link = links.get(place.socket) ?? new EventsLink(place);
    links.set(place.socket, link);
    await link.#hold(bundlePath);
    return link;
  }

  private constructor(place: EventsPlace) {
    this.place = place;
  }

  /** Lets go of it for a bundle. @param isOver whether the bundle has no shim any more. */
  release(bundlePath: string, isOver: boolean): void {
    if (isOver) rmSync(bundleLink(this.place, bundlePath), { force: true });
    const holds = (this.#bundles.get(bundlePath) ?? 0) - 1;
    if (holds > 0) this.#bundles.set(bundlePath, holds);
    else this.#bundles.delete(bundlePath);
    if (this.#bundles.size > 0) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#end(), lingerMs()).unref();
  }

  #end(): void {
    if (this.#bundles.size > 0) return;
    clearTimeout(this.#retry);
    links.delete(this.place.socket);
    void this.#client?.close();
  }

  /**
   * Resolves once the spool has all that was told of a container that was deleted, or nothing comes. A shim that ends before gives
   * up what it has not told yet: that of containerd 2 waits for nobody.
   */
  async deletionTold(container: ContainerName): Promise<void> {
    if (this.#answered) await within(this.#answered, LONG_MS); // it may just be starting
    const forwarder = this.#client?.service(ForwarderDefinition);
    await forwarder?.awaitDeletion(container, { timeoutMs: TELL_MS }).catch(() => {});
  }

  async #hold(bundlePath: string): Promise<void> {
    this.#bundles.set(bundlePath, (this.#bundles.get(bundlePath) ?? 0) + 1);
    try {
      this.#ready ??= this.#connect();
      await this.#ready;
      this.#tell(bundlePath);
    } catch (error) {
      this.#ready = undefined;
      this.release(bundlePath, true);
      throw error;
    }
  }

  /** Connects, to one that is started where there is none. */
  async #connect(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const socket = await connected(this.place.socket);
      if (socket) {
        this.#keep(socket);
        return;
      }
      if (tries >= MAX_TRIES) throw cannotForward(this.place);
      await startForwarder(this.place);
      if (tries > 1) await delay(RETRY_MS * tries);
    }
  }

  #keep(socket: Socket): void {
    const since = performance.now();
    const client = TtrpcClient.over(socket);
    this.#client = client;
    socket.unref(); // it keeps no program from its end
    // An event that is none, so that it is refused, by whoever has started.
    this.#answered = client
      .service(EventsDefinition)
      .forward({})
      .catch(() => {});
    void client.closed.then((reason) => {
      this.#ready = undefined;
      this.#deaths = performance.now() - since > LONG_MS ? 0 : this.#deaths + 1;
      if (reason && this.#bundles.size > 0) void this.#renew();
    });
  }

  /** After the death of the forwarder. Where it cannot be started anew, the next call for one tells why. */
  async #renew(): Promise<void> {
    try {
      if (this.#deaths > 1)
        await delay(Math.min(RETRY_MS * 2 ** this.#deaths, LONG_MS), undefined, { ref: false });
      this.#ready ??= this.#connect();
      await this.#ready;
      for (const bundlePath of this.#bundles.keys()) this.#tell(bundlePath);
    } catch (error) {
      this.#ready = undefined;
      if (isShortage(error) && this.#bundles.size > 0) this.#later();
    }
  }

  /** The shims have something to tell, and nobody may call. */
  #later(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#renew(), SHORTAGE_MS).unref();
  }

  /** Tells the forwarder of a bundle, by a link that one which comes later finds as well. */
  #tell(bundlePath: string): void {
    makeDirectoriesSync(this.place.bundles, 0o700, 0o700);
    try {
      symlinkSync(bundlePath, bundleLink(this.place, bundlePath));
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** A connection, or undefined where nobody listens. */
async function connected(path: string): Promise<Socket | undefined> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ECONNREFUSED')) return undefined;
    throw error;
  }
}

function cannotForward({ socket, log }: EventsPlace): ShimClientError {
  const message = `nobody takes events at ${socket}, and no process can be started for it; see ${log}`;
  return new ShimClientError('ERR_SHIM_UNREACHABLE', message, { path: socket });
}
