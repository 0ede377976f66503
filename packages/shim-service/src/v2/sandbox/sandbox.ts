import { isRunning, type ProcessIdentity } from '@shimwright/linux-native';
import { type Moment, now, type ProcessExit, unknownExit, watchForeign } from '@shimwright/task-core';
import { killQuietly } from './kill-quietly.ts';
import type { PodNamespaces } from './pod-namespaces.ts';

/** What is noted of a sandbox, for the next process. */
export interface SandboxRecord {
  readonly id: string;
  readonly bundle: string;
  readonly namespaces: PodNamespaces;
  /** The cgroup of the pod; empty where nothing is known of it. */
  readonly cgroup: string;
  readonly createdAt: Moment;
  /** What holds its namespaces; undefined before it was started. */
  readonly holder?: ProcessIdentity;
  readonly exit?: Pick<ProcessExit, 'status' | 'exitedAt'>;
}

/** What the containers of a pod share. It is ready from its start until what holds its namespaces has ended. */
export class PodSandbox {
  #record: SandboxRecord;
  readonly #save: (record: SandboxRecord) => void;
  readonly #ended = Promise.withResolvers<void>();

  /** @param save is called with each change. */
  constructor(record: SandboxRecord, save: (record: SandboxRecord) => void) {
    this.#record = record;
    this.#save = save;
    if (record.exit) this.#ended.resolve();
    else if (record.holder) this.#watch(record.holder);
  }

  /** What is known of it. */
  get record(): SandboxRecord {
    return this.#record;
  }

  /** Whether it can have containers. */
  get isReady(): boolean {
    return this.#record.holder !== undefined && this.#record.exit === undefined;
  }

  /** Notes that it was started. */
  started(holder: ProcessIdentity): void {
    this.#change({ holder, createdAt: now() });
    this.#watch(holder);
  }

  /** Ends it; nothing for one that has ended. Resolves when it has. */
  async stop(): Promise<void> {
    const { holder, exit } = this.#record;
    if (!exit && !holder) this.#end({ status: 0, exitedAt: now() });
    if (!exit && holder && isRunning(holder)) killQuietly(holder.pid);
    await this.#ended.promise;
  }

  /** Resolves when it has ended. */
  async ended(): Promise<Pick<ProcessExit, 'status' | 'exitedAt'>> {
    await this.#ended.promise;
    return this.#record.exit ?? unknownExit();
  }

  #watch({ pid, startTime }: ProcessIdentity): void {
    const ended = watchForeign(pid, startTime)?.ended ?? Promise.resolve(unknownExit());
    void ended.then(({ status, exitedAt }) => this.#end({ status, exitedAt })); // it never rejects
  }

  #end(exit: Pick<ProcessExit, 'status' | 'exitedAt'>): void {
    if (this.#record.exit) return;
    this.#change({ exit });
    this.#ended.resolve();
  }

  #change(change: Partial<SandboxRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#save(this.#record);
  }
}
