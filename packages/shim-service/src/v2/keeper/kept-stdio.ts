import type { IOKeeper } from '@shimwright/task-core';
import { Deposits } from '../../keeper/deposits.ts';
import type { WireMessage } from '../../keeper/wire.ts';
import { keyOf } from '../../shared/registry.ts';
import type { DescriptorStore, StoredDescriptors } from './descriptor-store.ts';

/** How long a container that is over may still give up its stdio. */
const FORGET_MS = 60_000;

/** The stdio of the processes of a group, in the store that outlives this process: terminals go on with the next one. */
export class KeptStdio {
  readonly deposits = new Deposits();
  readonly #bundles = new Map<string, string>();

  /** @param stored what an earlier process has left. */
  constructor(store: DescriptorStore, stored: readonly StoredDescriptors[]) {
    for (const { note, descriptors } of stored) {
      if (note !== undefined) this.deposits.found({ message: note as WireMessage, descriptors });
    }
    this.deposits.attach({
      keep: (message, descriptors) => store.add(`stdio ${String(message['key'])}`, descriptors, message),
      drop: (key) => store.close(`stdio ${key}`),
    });
  }

  /** What the processes of all containers are kept by. */
  get keeper(): IOKeeper {
    const of = (id: string) => this.deposits.keeperOf(this.#bundles.get(id) ?? '');
    return {
      keep: (id, execId, io) => of(id).keep(id, execId, io),
      drop: (id, execId) => of(id).drop(id, execId),
    };
  }

  /** Knows a container. */
  begin(id: string, bundle: string): void {
    this.#bundles.set(id, keyOf(bundle));
  }

  /** Forgets it, when all of it had the time to end. */
  end(id: string): void {
    const key = this.#bundles.get(id);
    setTimeout(() => {
      if (this.#bundles.get(id) === key) this.#bundles.delete(id);
    }, FORGET_MS).unref();
  }
}
