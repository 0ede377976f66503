import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { OciRuntime } from '@shimwright/oci-runtime';
import type { ContainerProcess } from './container-process.ts';
import type { TaskEnvironment } from './environment.ts';
import type { TaskEvent } from './events.ts';
import type { ProcessExit } from './exits/process-exit.ts';
import type { InitProcess } from './init-process.ts';
import type { ContainerRecord, ProcessRecord } from './journal.ts';
import { memoryCgroupOf, NO_OOM_WATCH, type OomWatch, watchOom } from './oom-watch.ts';
import type { ProcessHost } from './process-host.ts';
import type { TaskStatus } from './requests.ts';
import { runtimeOf } from './runtime-calls.ts';
import { observerOf, UNKEPT } from './stdio/kept-io.ts';
import { openPipeIO } from './stdio/pipe-io.ts';
import type { ProcessIO } from './stdio/process-io.ts';
import { requireSpareDescriptors } from './stdio/spare-descriptors.ts';
import type { StdioPaths } from './stdio/stdio-paths.ts';
import { openTerminalIO } from './stdio/terminal-io.ts';

/** How long the end of a container waits to be told until that of its further processes is. */
const EXECS_END_MS = 10_000;

/** What the processes of one container share: its runtime, its log, and the watch on its memory. */
export class ContainerHost implements ProcessHost {
  readonly containerId: string;
  readonly facts: ContainerRecord;
  /** By their ids, of which that of the first one is empty. */
  readonly processes = new Map<string, ContainerProcess>();
  readonly #environment: TaskEnvironment;
  #runtime: OciRuntime;
  #isBundleThere: boolean;
  readonly #end = new AbortController();
  #init: InitProcess | undefined;
  #oom: OomWatch = NO_OOM_WATCH;
  #isDisowned = false;

  constructor(containerId: string, facts: ContainerRecord, environment: TaskEnvironment) {
    this.containerId = containerId;
    this.facts = facts;
    this.#isBundleThere = existsSync(facts.bundle);
    this.#runtime = runtimeOf(facts.runtime, facts.bundle);
    this.#environment = environment;
  }

  /** It works in the bundle, for as long as there is one: a container must be deleted without it too. */
  get runtime(): OciRuntime {
    const { runtime, bundle } = this.facts;
    if (this.#isBundleThere && !existsSync(bundle)) {
      this.#isBundleThere = false;
      this.#runtime = runtimeOf(runtime, bundle);
    }
    return this.#runtime;
  }

  get bundle(): string {
    return this.facts.bundle;
  }

  /** Its first process, from before it is made. */
  get init(): InitProcess | undefined {
    return this.#init;
  }

  get status(): TaskStatus {
    return this.#init?.status ?? 'STOPPED';
  }

  get endSignal(): AbortSignal {
    return this.#end.signal;
  }

  /** Knows of a first process. */
  take(init: InitProcess): void {
    this.#init = init;
    this.processes.set('', init);
  }

  /** Cuts short whatever is being done. */
  cutShort(): void {
    this.#end.abort(new Error('the shim was closed'));
  }

  /** Notes nothing any more of a container that was never really there. */
  disown(): void {
    this.#isDisowned = true;
  }

  forget(process: ContainerProcess): void {
    const { execId } = process;
    if (this.processes.get(execId) !== process) return;
    this.processes.delete(execId);
    this.#environment.journal.forget(this.containerId, execId);
  }

  async openIO(stdio: StdioPaths, execId: string): Promise<ProcessIO> {
    requireSpareDescriptors(execId || this.containerId);
    const { namespace, allowedLoggers = [], keeper } = this.#environment;
    const options = { id: this.containerId, namespace, allowedLoggers };
    const observer = keeper ? observerOf(keeper, this.containerId, execId) : UNKEPT;
    return stdio.terminal
      ? openTerminalIO(stdio, options, observer)
      : openPipeIO(stdio, this.facts.owner, options, observer);
  }

  save(process: ProcessRecord): void {
    if (!this.#isDisowned) this.#environment.journal.save(process);
  }

  tell(event: TaskEvent, process?: ProcessRecord): void {
    if (!this.#isDisowned) this.#environment.journal.note(event, process)();
  }

  async exited(
    process: ProcessRecord,
    { status: exitStatus, exitedAt, isUnknown }: ProcessExit,
  ): Promise<() => void> {
    if (this.#isDisowned) return () => {};
    const { containerId, execId, pid } = process;
    if (execId === '') await this.#endOthers();
    const event = { type: 'exit', containerId, execId, pid, exitStatus, exitedAt, isUnknown } as const;
    return this.#environment.journal.note(event, process);
  }

  /** From before the first program of the container runs; one that is restored has its process only then. */
  watchOom({ pid, hasEnded }: ContainerProcess): void {
    if (this.#environment.oomEvents === false || this.#oom !== NO_OOM_WATCH || pid === 0 || hasEnded) return;
    try {
      const cgroup = memoryCgroupOf(pid);
      if (cgroup)
        this.#oom = watchOom(cgroup, () => this.tell({ type: 'oom', containerId: this.containerId }));
    } catch {
      // A container without limits that can be watched is a container still.
    }
  }

  /** Gives up its stdio and its watches, and leaves the container to itself. */
  release(): void {
    this.#oom.close();
    for (const known of this.processes.values()) known.release();
  }

  /** What else is in the container ends with its first process, and is told before that. */
  async #endOthers(): Promise<void> {
    this.#oom.close(); // what ended it is told first
    if (this.facts.sharesPids) await this.#init?.killAll().catch(() => {}); // there may be nobody left
    const ends = [...this.processes.values()]
      .filter(({ execId, pid, hasEnded }) => execId !== '' && pid !== 0 && !hasEnded)
      .map((exec) => exec.ended());
    if (ends.length === 0) return;
    await Promise.race([Promise.all(ends), delay(EXECS_END_MS, undefined, { ref: false })]);
  }
}
