import { setTimeout as delay } from 'node:timers/promises';
import { isShortage } from '@shimwright/linux-native';
import type { AddSharedShimRequest } from '@shimwright/shim-api';
import type { CreateTaskRequest, DeleteResponse } from '@shimwright/shim-api/task-v2';
import { Containers } from '@shimwright/task-core';
import { adoptProcesses } from '../shared/adopt-processes.ts';
import { MAX_SHORTAGES, shortageMs } from '../shared/adoptions.ts';
import type { RegisteredBundle } from '../shared/registered-process.ts';
import { keyOf, type Registry } from '../shared/registry.ts';
import { CgroupsOfContainers } from './cgroups-of-containers.ts';
import type { EventQueue } from './event-queue.ts';
import { GroupJournal } from './group-journal.ts';
import { Deletions } from './keeper/deletions.ts';
import { KeptProcesses } from './keeper/kept-processes.ts';
import type { KeptStdio } from './keeper/kept-stdio.ts';
import { joinSandbox } from './sandbox/sandbox-handlers.ts';
import type { Sandboxes } from './sandbox/sandboxes.ts';
import type { TaskGroup } from './task-handlers.ts';

/** How often it is tried again to go on with a container whose OCI runtime fails: for a quarter of a minute. */
const MAX_FAILURES = 6;

/** What the containers of a group need. */
export interface GroupContainersOptions {
  readonly namespace: string;
  /** The address of the daemon. */
  readonly daemonAddress: string;
  /** Where the process of the group listens. */
  readonly address: string;
  readonly registry: Registry;
  readonly events: EventQueue;
  /** Where the last deletions are noted. */
  readonly deletions: string;
  /** The bundles of the containers that there are, by their ids. */
  readonly bundles: Map<string, string>;
  readonly sandboxes: Sandboxes;
  /** What keeps their stdio for the next process. */
  readonly stdio: KeptStdio;
  /** Has the keeper reap what has ended of an earlier process. */
  readonly reapKept: () => void;
  readonly log: (message: string) => void;
}

/** The containers of a group, those that an earlier process has made among them. */
export class GroupContainers implements TaskGroup {
  readonly containers: Containers;
  readonly cgroups = new CgroupsOfContainers();
  readonly #journal: GroupJournal;
  readonly #kept: KeptProcesses;
  readonly #deletions: Deletions;
  readonly #options: GroupContainersOptions;
  readonly #adoptions = new Map<string, Promise<void>>();

  constructor(options: GroupContainersOptions) {
    const { namespace, registry, events, log } = options;
    this.#options = options;
    this.#kept = new KeptProcesses(options.reapKept);
    const onEnded = (pid: number) => this.#kept.noted(pid);
    this.#deletions = new Deletions(options.deletions, log);
    this.#journal = new GroupJournal({ registry, events, deletions: this.#deletions, onEnded, log });
    // The daemon says who is to have the logs, and it may start any program by itself.
    const { keeper } = options.stdio;
    this.containers = new Containers({ namespace, journal: this.#journal, allowedLoggers: 'any', keeper });
  }

  /** Whether there is a container or a sandbox, or one is being made or taken over. */
  get isBusy(): boolean {
    return this.containers.ids.length > 0 || this.#adoptions.size > 0 || this.#options.sandboxes.size > 0;
  }

  /** Notes a container that is about to be made. */
  begin({ id, bundle }: CreateTaskRequest): void {
    const { namespace, address, daemonAddress, bundles } = this.#options;
    bundles.set(id, bundle);
    this.#options.stdio.begin(id, bundle);
    const shim: AddSharedShimRequest = {
      ...{ path: bundle, workDir: '', namespace, criu: '', runtimeRoot: '', systemdCgroup: false },
      ...{ address, daemonAddress, publisher: '', spool: '', token: id },
    };
    this.#journal.begin(id, shim);
  }

  join(bundle: string): void {
    joinSandbox(bundle, this.#options.sandboxes);
  }

  /** Notes nothing any more of a container of which nothing is left. */
  end(id: string): void {
    if (!this.#journal.end(id)) return;
    this.#options.bundles.delete(id);
    this.#options.stdio.end(id);
  }

  deleted(id: string, execId: string): DeleteResponse | undefined {
    return this.#deletions.of(id, execId);
  }

  /** Begins to go on with what an earlier process has made, each for itself. @returns how many there are. */
  adopt(): number {
    const bundles = this.#options.registry.bundles();
    for (const bundle of bundles) {
      const id = bundle.shim.token;
      const adoption = this.#adoptPatiently(id, bundle)
        .catch((error: unknown) => this.#options.log(`cannot go on with ${id}: ${String(error)}`))
        .finally(() => this.#adoptions.delete(id));
      this.#adoptions.set(id, adoption);
    }
    return bundles.length;
  }

  /** Resolves when it is known whether a container is gone on with. Never rejects. */
  async adopted(id: string): Promise<void> {
    await this.#adoptions.get(id);
  }

  /** Resolves when that is known of all. */
  async allAdopted(): Promise<void> {
    await Promise.all(this.#adoptions.values());
  }

  /**
   * A container that cannot be looked at just now is no container that is gone: whoever asks for it waits. An OCI runtime that lacks
   * something may not be able to say so.
   */
  async #adoptPatiently(id: string, bundle: RegisteredBundle): Promise<void> {
    for (let times = 0; ; times += 1) {
      try {
        return await this.#adopt(id, bundle);
      } catch (error) {
        if (times >= (isShortage(error) ? MAX_SHORTAGES : MAX_FAILURES)) throw error;
        this.#options.log(`cannot go on with ${id} yet: ${String(error)}`);
      }
      await delay(shortageMs(times));
    }
  }

  async #adopt(id: string, { shim, processes }: RegisteredBundle): Promise<void> {
    const { server: _, ...request } = shim;
    this.#options.stdio.begin(id, request.path);
    const outbox = this.#options.events.outbox(keyOf(request.path));
    const adopted = await adoptProcesses(processes, {
      request,
      outbox,
      deposits: this.#options.stdio.deposits,
      isRepeated: true,
    });
    this.#options.bundles.set(id, request.path);
    this.#journal.begin(id, request, adopted?.registered);
    for (const process of adopted?.registered ?? [])
      if (process.pid > 0 && !process.exit) this.#kept.add(process);
    if (adopted) this.containers.adopt(adopted.processes);
    const init = adopted?.processes.find(({ record }) => record.container);
    if (init) this.cgroups.find(id, init.known.pid);
    this.end(id);
  }
}
