import type { Any } from '@shimwright/shim-api';
import type { Journal, ProcessRecord } from '../journal.ts';
import type { Outbox } from './outbox.ts';
import { keyOf, type RegisteredProcess, type Registry } from './registry.ts';
import { processStat } from './start-time.ts';
import { markUnknown } from './unknown-exit.ts';

/** Notes the processes of a bundle in the registry, and their exits in its outbox as well. */
export class SharedJournal implements Journal {
  readonly #bundlePath: string;
  readonly #registry: Registry;
  readonly #outbox: Outbox;
  readonly #log: (message: string) => void;
  readonly #known = new Map<string, RegisteredProcess>();
  #isClosed = false;
  #published = 0;

  constructor(bundlePath: string, registry: Registry, outbox: Outbox, log: (message: string) => void) {
    this.#bundlePath = bundlePath;
    this.#registry = registry;
    this.#outbox = outbox;
    this.#log = log;
  }

  /** The ids of the processes whose exit status is made up. */
  get unknownExits(): string[] {
    return [...this.#known.values()].filter(({ exit }) => exit?.isUnknown).map(({ id }) => id);
  }

  /** Takes in what is registered already. */
  adopt(processes: readonly RegisteredProcess[]): void {
    for (const process of processes) this.#known.set(process.id, process);
  }

  save(record: ProcessRecord): void {
    if (this.#isClosed) return;
    const registered = { ...record, startTime: this.#startTime(record) };
    this.#known.set(record.id, registered);
    this.#quietly(() => this.#registry.saveProcess(this.#bundlePath, registered));
  }

  forget(id: string): void {
    const known = this.#known.get(id);
    this.#known.delete(id);
    if (known) this.#quietly(() => this.#registry.forgetProcess(this.#bundlePath, known));
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
    const known = this.#known.get(id);
    if (known?.pid === pid && known.startTime !== '') return known.startTime;
    return (pid !== 0 && processStat(pid)?.startTime) || '';
  }

  // A full disk must not end the containers' shims.
  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log(`cannot note ${this.#bundlePath}: ${String(error)}`);
    }
  }
}

/** What the event of an exit is called in the outbox. */
export function exitName({ id, pid }: ProcessRecord): string {
  return `${keyOf(id)}-${pid}`;
}
