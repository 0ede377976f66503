import type { Any } from '@shimwright/shim-api';
import { type BundleRegister, markUnknown, processStat } from '@shimwright/shim-host';
import type { Journal, ProcessRecord } from '../journal.ts';
import type { Outbox } from './outbox.ts';
import { keyOf, type RegisteredProcess } from './registry.ts';

/** Notes the processes of a bundle in the registry, and their exits in its outbox as well. */
export class SharedJournal implements Journal {
  readonly #register: BundleRegister<RegisteredProcess>;
  readonly #outbox: Outbox;
  readonly #log: (message: string) => void;
  #isClosed = false;
  #published = 0;

  constructor(register: BundleRegister<RegisteredProcess>, outbox: Outbox, log: (message: string) => void) {
    this.#register = register;
    this.#outbox = outbox;
    this.#log = log;
  }

  /** The ids of the processes whose exit status is made up. */
  get unknownExits(): string[] {
    return [...this.#register.processes.values()].filter(({ exit }) => exit?.isUnknown).map(({ id }) => id);
  }

  save(record: ProcessRecord): void {
    if (this.#isClosed) return;
    const registered = { ...record, startTime: this.#startTime(record) };
    this.#quietly(() => this.#register.save(registered));
  }

  forget(id: string): void {
    if (!this.#isClosed) this.#quietly(() => this.#register.forget(id));
  }

  exited(record: ProcessRecord, topic: string, event: Any): () => void {
    if (this.#isClosed) return () => {};
    const name = exitName(record);
    const told = record.exit?.isUnknown ? markUnknown(event) : event;
    this.#quietly(() => this.#outbox.prepare(name, topic, told));
    this.save(record);
    return () => {
      if (!this.#isClosed) this.#outbox.send(name);
    };
  }

  publish(topic: string, event: Any): void {
    if (this.#isClosed) return;
    this.#published += 1;
    const name = `now-${this.#published}`;
    this.#quietly(() => this.#outbox.prepare(name, topic, event));
    this.#outbox.send(name);
  }

  /** Notes and publishes nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  #startTime({ id, pid }: ProcessRecord): string {
    const known = this.#register.processes.get(id);
    if (known?.pid === pid && known.startTime !== '') return known.startTime;
    return (pid !== 0 && processStat(pid)?.startTime) || '';
  }

  // A full disk must not end the containers' shims.
  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log(`cannot note what becomes of a container: ${String(error)}`);
    }
  }
}

/** What the event of an exit is called in the outbox. */
export function exitName({ id, pid }: ProcessRecord): string {
  return `${keyOf(id)}-${pid}`;
}
