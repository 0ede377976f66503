import { type BundleRegister, markUnknown, processStat } from '@shimwright/shim-host';
import type { Journal, ProcessRecord, TaskEvent } from '@shimwright/task-core';
import { type PublishedEvent, publishedEvent } from '../v1/event.ts';
import type { Outbox } from './outbox.ts';
import type { RegisteredProcess } from './registered-process.ts';
import { keyOf } from './registry.ts';

/** How often it is tried again to note what a disk did not take. */
const RETRY_MS = 1_000;

/** Notes the processes of a bundle in the registry, and their exits in its outbox as well. */
export class SharedJournal implements Journal {
  readonly #register: BundleRegister<RegisteredProcess>;
  readonly #outbox: Outbox;
  readonly #log: (message: string) => void;
  readonly #published: (event: TaskEvent) => PublishedEvent | undefined;
  #isClosed = false;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param published what is told of an event; undefined for one that is not. */
  constructor(
    register: BundleRegister<RegisteredProcess>,
    outbox: Outbox,
    log: (message: string) => void,
    published: (event: TaskEvent) => PublishedEvent | undefined = publishedEvent,
  ) {
    this.#register = register;
    this.#outbox = outbox;
    this.#log = log;
    this.#published = published;
  }

  /** The ids of the processes whose exit status is made up. */
  get unknownExits(): string[] {
    return [...this.#register.processes.values()].filter(({ exit }) => exit?.isUnknown).map(({ id }) => id);
  }

  /** What is noted of a process; undefined where nothing is. */
  process(containerId: string, execId: string): RegisteredProcess | undefined {
    return this.#register.processes.get(processId({ containerId, execId }));
  }

  /** Begins with the processes that an earlier one has noted; what was noted holds until this can be. */
  open(processes: readonly RegisteredProcess[]): void {
    this.#quietly(() => this.#register.open(processes));
  }

  save(record: ProcessRecord): void {
    if (this.#isClosed) return;
    const registered = { ...record, id: processId(record), startTime: this.#startTime(record) };
    this.#quietly(() => this.#register.save(registered));
  }

  forget(containerId: string, execId: string): void {
    if (!this.#isClosed) this.#quietly(() => this.#register.forget(processId({ containerId, execId })));
  }

  note(event: TaskEvent, record?: ProcessRecord): () => void {
    if (this.#isClosed) return () => {};
    const published = this.#published(event);
    const tell = published ? this.#prepare(published, record, event.type === 'exit') : () => {};
    if (record) this.save(record);
    return tell;
  }

  #prepare({ topic, event }: PublishedEvent, record: ProcessRecord | undefined, isExit: boolean): () => void {
    this.#count += 1;
    // An exit that was noted is found by its name, should this process be killed before it is told.
    const name = isExit && record ? exitName(record) : `now-${this.#count}`;
    const told = isExit && record?.exit?.isUnknown ? markUnknown(event) : event;
    this.#quietly(() => this.#outbox.prepare(name, topic, told));
    return () => {
      if (!this.#isClosed) this.#quietly(() => this.#outbox.send(name));
    };
  }

  /** Notes and publishes nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#outbox.close();
    clearInterval(this.#timer);
  }

  #startTime({ pid, ...record }: ProcessRecord): string {
    const known = this.#register.processes.get(processId(record));
    if (known?.pid === pid && known.startTime !== '') return known.startTime;
    return (pid !== 0 && processStat(pid)?.startTime) || '';
  }

  // A full disk must not end the containers' shims.
  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log(`cannot note what becomes of a container: ${String(error)}`);
      this.#timer ??= setInterval(() => this.#settle(), RETRY_MS);
    }
  }

  /** Notes what was not, once that can be done again. */
  #settle(): void {
    this.#quietly(() => this.#register.settle());
    if (this.#register.isStale) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** What the event of an exit is called in the outbox. */
export function exitName(record: ProcessRecord): string {
  return `${keyOf(processId(record))}-${record.pid}`;
}

/** The id of a process as runtime v1 has it: that of the container is the id of its first one. In v2, another may have it too. */
function processId({ containerId, execId }: Pick<ProcessRecord, 'containerId' | 'execId'>): string {
  return execId === containerId ? `/${execId}` : execId || containerId;
}
