import { closeSync } from 'node:fs';
import { duplicateDescriptor } from '@shimwright/linux-native';
import type { IOKeeper, KeptIO } from '@shimwright/task-core';
import type { Kept } from './keeper.ts';
import type { KeeperLink } from './keeper-link.ts';
import type { WireMessage } from './wire.ts';

/** What takes what is to be kept. */
export type DepositLink = Pick<KeeperLink, 'keep' | 'drop'>;

/** How soon it is tried again to give the keeper what it had no room for. */
const RETRY_MS = 1_000;

/** What this process has given its keeper, and what it was given back of an earlier one. */
export class Deposits {
  readonly #mine = new Map<string, KeptIO>();
  readonly #found = new Map<string, KeptIO>();
  #link: DepositLink | undefined;
  readonly #refused = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  /** Keeps the stdio of one bundle's processes. @param bundle any name for it that its next server knows too. */
  keeperOf(bundle: string): IOKeeper {
    return {
      keep: (containerId, execId, io) => {
        const key = keyOf(bundle, containerId, execId);
        this.#mine.set(key, io);
        this.#give(key, io);
      },
      drop: (containerId, execId) => {
        const key = keyOf(bundle, containerId, execId);
        if (this.#mine.delete(key)) this.#link?.drop(key);
      },
    };
  }

  /** Gives all there is to a keeper, which has none of it yet. */
  attach(link: DepositLink): void {
    this.#link = link;
    for (const [key, io] of this.#mine) this.#give(key, io);
  }

  /** The keeper has no room for something just now. It is given again until there is. */
  refused(key: string): void {
    this.#refused.add(key);
    this.#retry ??= setTimeout(() => this.#giveRefused(), RETRY_MS).unref();
  }

  /** The keeper is gone; what comes is remembered for the next one. */
  detach(): void {
    this.#link = undefined;
  }

  /** Takes what an earlier server gave. */
  found({ message, descriptors }: Kept): void {
    const names = message['names'] as readonly string[];
    const io = {
      descriptors: Object.fromEntries(names.map((name, index) => [name, descriptors[index] ?? -1])),
      copiers: message['copiers'] as KeptIO['copiers'],
    };
    this.#found.set(String(message['key']), io);
  }

  #give(key: string, io: KeptIO): void {
    try {
      this.#link?.keep(messageOf(key, io), Object.values(io.descriptors));
    } catch {
      this.refused(key); // this process has no descriptor left for what waits
    }
  }

  #giveRefused(): void {
    this.#retry = undefined;
    const keys = [...this.#refused];
    this.#refused.clear();
    for (const key of keys) {
      const io = this.#mine.get(key);
      if (io) this.#give(key, io);
    }
  }

  /** The stdio of a process that an earlier server gave; its descriptors are the caller's from then on. */
  take(bundle: string, containerId: string, execId: string): KeptIO | undefined {
    const key = keyOf(bundle, containerId, execId);
    const io = this.#found.get(key);
    this.#found.delete(key);
    return io;
  }

  /** Counts the stdio of a bundle as that of an earlier server: its shim is given up, and closes its own descriptors. */
  takeBack(bundle: string): void {
    for (const [key, { descriptors, copiers }] of this.#mine) {
      if (bundleIn(key) !== bundle) continue;
      this.#mine.delete(key);
      const own = Object.entries(descriptors).map(([name, fd]) => [name, duplicateDescriptor(fd)]);
      this.#found.set(key, { descriptors: Object.fromEntries(own), copiers });
    }
  }

  /** Gives up what an earlier server gave of processes that nobody goes on with. @param isWanted tells of a bundle. */
  giveUp(isWanted: (bundle: string) => boolean): void {
    for (const [key, io] of this.#found) {
      if (isWanted(bundleIn(key))) continue;
      this.#found.delete(key);
      for (const fd of Object.values(io.descriptors)) closeSync(fd);
      this.#link?.drop(key);
    }
  }

  /** All there is, for a keeper that this process itself becomes. */
  get all(): [string, Kept][] {
    const all = [...this.#found, ...this.#mine];
    return all.map(([key, io]) => [
      key,
      { message: messageOf(key, io), descriptors: Object.values(io.descriptors) },
    ]);
  }
}

function messageOf(key: string, { descriptors, copiers }: KeptIO): WireMessage {
  return { op: 'keep', key, names: Object.keys(descriptors), copiers };
}

function keyOf(bundle: string, containerId: string, execId: string): string {
  return JSON.stringify([bundle, containerId, execId]);
}

function bundleIn(key: string): string {
  return String((JSON.parse(key) as unknown[])[0]);
}
