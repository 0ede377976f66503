import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { isOciRuntimeError, type Resources } from '@shimwright/oci-runtime';
import { checkpointFailure } from './checkpoint-failure.ts';
import { ContainerProcess } from './container-process.ts';
import { TaskError } from './errors.ts';
import type { ContainerRecord, ProcessRecord } from './journal.ts';
import { Outstanding } from './outstanding.ts';
import type { ProcessHost } from './process-host.ts';
import type { ProcessState } from './process-state.ts';
import type { CheckpointRequest, KillRequest, RestoreRequest } from './requests.ts';
import { unmountRootfs } from './rootfs.ts';
import { bounded, isCutShort, type LimitKind } from './runtime-calls.ts';
import type { ProcessIO } from './stdio/process-io.ts';
import type { StdioPaths } from './stdio/stdio-paths.ts';

/** How long the deletion of a container waits for its last output to be copied. */
const DRAIN_MS = 2_000;

/** How long a process that was killed may take to end, before it is left to itself. */
const END_MS = 30_000;

/** What the first process of a container is made from. */
export interface InitOptions {
  readonly stdio: StdioPaths;
  readonly io: ProcessIO;
  /** What a later shim has to know of it. */
  readonly facts: ContainerRecord;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  /** A checkpoint to restore when it is started; undefined to make it anew. */
  readonly restore: RestoreRequest | undefined;
}

const { SIGKILL } = constants.signals;

/** The first process of a container, and with it the container. */
export class InitProcess extends ContainerProcess {
  readonly #options: InitOptions;
  readonly #kills = new Outstanding();

  constructor(options: InitOptions, host: ProcessHost) {
    super('', options.stdio, host, 'creating');
    this.#options = options;
    this.io = options.io;
  }

  override get record(): ProcessRecord {
    return { ...super.record, container: this.#options.facts };
  }

  /** Makes the container, unless it is restored when it is started. */
  create(signal: AbortSignal): Promise<void> {
    return this.beforeEnd(
      this.lock.run(async () => {
        if (!this.#options.restore) await this.#create(signal);
        this.machine.note('created');
      }),
    );
  }

  start(signal?: AbortSignal): Promise<void> {
    return this.lock.run(async () => {
      this.machine.require('start', this.#id);
      this.machine.note('start');
      await this.beforeEnd(this.#start(signal));
    }, signal);
  }

  kill(request: KillRequest, signal?: AbortSignal): Promise<void> {
    // What is to end a container waits for nothing that is done to it: that may be what hangs.
    if (request.signal === SIGKILL) return this.#kills.add(this.#kill(request, signal));
    return this.lock.run(async () => {
      if (request.signal === 0) return this.requireAlive(); // it only asks
      return this.#kill(request, signal);
    }, signal);
  }

  /** Kills whatever is in the container, when its first process has ended but others could go on. */
  async killAll(): Promise<void> {
    await bounded({ doing: 'failed to kill all', limit: 'asking', signals: [] }, (signal) =>
      this.host.runtime.kill(this.#id, 'SIGKILL', { all: true, signal }),
    );
  }

  pause(signal?: AbortSignal): Promise<void> {
    return this.lock.run(async () => {
      this.machine.require('pause', this.#id);
      this.machine.note('pause');
      await this.#change('OCI runtime pause failed', signal, (limited) =>
        this.host.runtime.pause(this.#id, { signal: limited }),
      );
      this.machine.note('paused');
      this.host.tell({ type: 'paused', containerId: this.#id });
    }, signal);
  }

  resume(signal?: AbortSignal): Promise<void> {
    return this.lock.run(async () => {
      this.machine.require('resume', this.#id);
      this.machine.note('resume');
      await this.#change('OCI runtime resume failed', signal, (limited) =>
        this.host.runtime.resume(this.#id, { signal: limited }),
      );
      this.machine.note('resumed');
      this.host.tell({ type: 'resumed', containerId: this.#id });
    }, signal);
  }

  update(resources: Resources, signal?: AbortSignal): Promise<void> {
    return this.lock.run(async () => {
      this.machine.require('update', this.#id);
      await this.#run('OCI runtime update failed', 'asking', signal, (limited) =>
        this.host.runtime.update(this.#id, resources, { signal: limited }),
      );
    }, signal);
  }

  checkpoint(options: CheckpointRequest, signal?: AbortSignal): Promise<void> {
    return this.lock.run(async () => {
      this.machine.require('checkpoint', this.#id);
      try {
        await this.#run('OCI runtime checkpoint failed', 'saving', signal, (limited) =>
          this.host.runtime.checkpoint(this.#id, { ...options, signal: limited }),
        );
        this.host.tell({ type: 'checkpointed', containerId: this.#id, imagePath: options.imagePath });
      } catch (error) {
        throw checkpointFailure(error, options.workPath, this.#options.facts.bundle);
      } finally {
        if (!options.keepWork) rmSync(options.workPath, { recursive: true, force: true });
      }
    }, signal);
  }

  /** @throws {TaskError} `ERR_TASK_STATE` when no further process can be added now. */
  requireExec(): void {
    this.machine.require('exec', this.#id);
    if (this.state === 'created' && this.#options.restore) {
      throw new TaskError('ERR_TASK_STATE', 'cannot exec in a created state', { id: this.#id });
    }
  }

  delete(signal?: AbortSignal): Promise<void> {
    return this.lock.run(async () => {
      this.machine.require('delete', this.#id);
      await this.#deleteContainer(false, signal);
      // Who is told that it is deleted may hang up, and leave the one who has killed it without an answer.
      await this.#kills.settled();
      if (this.pid !== 0) await this.ended(signal); // one that was never started has only just been killed
      this.machine.note('deleted');
    }, signal);
  }

  /** Ends and deletes the container whatever its state; what was being done to it was cut short before. */
  async destroy(): Promise<void> {
    try {
      await this.lock.run(() => this.#deleteContainer(true));
    } finally {
      if (this.pid !== 0) {
        // Where the runtime cannot. As long as it was not reaped, its id is its own.
        if (!this.record.exit) this.signal(SIGKILL);
        await this.#endInTime();
      }
    }
  }

  get #id(): string {
    return this.host.containerId;
  }

  async #create(signal: AbortSignal): Promise<void> {
    const { facts, noPivot, noNewKeyring, io } = this.#options;
    const { bundle } = facts;
    const { pid } = await this.#run('OCI runtime create failed', 'making', signal, (limited) =>
      this.host.runtime.create(this.#id, {
        ...{ bundle, noPivot, noNewKeyring, signal: limited },
        ...io.runtimeOptions,
      }),
    );
    this.watch(pid);
    await io.started();
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    await this.#change('OCI runtime start failed', signal, (limited) =>
      this.#options.restore
        ? this.#restore(this.#options.restore, limited)
        : this.host.runtime.start(this.#id, { signal: limited }),
    );
    this.machine.note('started');
    this.host.tell({ type: 'start', containerId: this.#id, pid: this.pid }, this.record);
  }

  async #restore(restore: RestoreRequest, signal: AbortSignal): Promise<void> {
    const { facts, noPivot, io } = this.#options;
    const { pid } = await this.host.runtime.restore(this.#id, {
      ...{ bundle: facts.bundle, noPivot, ...restore },
      ...{ detach: true, noSubreaper: true, signal },
      ...io.runtimeOptions,
    });
    this.watch(pid);
    await io.started();
  }

  async #kill({ signal: number, all = false }: KillRequest, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#run('unknown error after kill', 'asking', signal, (limited) =>
        this.host.runtime.kill(this.#id, number, { all, signal: limited }),
      );
    } catch (error) {
      const isLate = error instanceof TaskError && error.code === 'ERR_TASK_TIMEOUT';
      if (!isLate || number !== SIGKILL || this.pid === 0 || this.record.exit) throw killFailure(error);
      this.signal(SIGKILL); // the runtime hangs, and the kernel does not
    }
  }

  async #deleteContainer(force: boolean, signal?: AbortSignal): Promise<void> {
    const { io, facts } = this.#options;
    if (!force) await inTime(io.drained, DRAIN_MS);
    // What gives a container up is not cut short by that.
    const signals = force ? [] : [signal, this.host.endSignal];
    const failures: unknown[] = [];
    try {
      await bounded({ doing: 'failed to delete task', limit: 'asking', signals }, (limited) =>
        this.host.runtime.delete(this.#id, { force, signal: limited }),
      );
    } catch (error) {
      if (!(await this.#isGone(error))) failures.push(error);
    }
    io.close();
    await unmountRootfs(facts.rootfs, facts.isSlowToUnmount).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0]; // the first one is what matters
  }

  /** After a checkpoint the runtime has deleted the container by itself, and one that was cut short may have done it. */
  async #isGone(error: unknown): Promise<boolean> {
    if (error instanceof TaskError && isUnknownContainer(error.cause)) return true;
    if (!isCutShort(error)) return false;
    return (await this.#askState()) === 'deleted';
  }

  /** A call that changes the state; when it fails, that is what it was, and after a deadline what the runtime says. */
  async #change<Result>(
    doing: string,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.#run(doing, 'making', signal, call);
    } catch (error) {
      const found = isCutShort(error) && !this.host.endSignal.aborted ? await this.#askState() : undefined;
      if (found === undefined || found === 'deleted') this.machine.note('refused');
      else this.machine.settle(found);
      throw error;
    }
  }

  /** The state in the runtime's words; undefined where it does not say. */
  async #askState(): Promise<ProcessState | undefined> {
    try {
      const { status } = await this.#run('OCI runtime state failed', 'asking', undefined, (signal) =>
        this.host.runtime.state(this.#id, { signal }),
      );
      // One that has stopped is known to have when its exit is.
      if (status === 'stopped') return undefined;
      return status === 'creating' ? 'created' : status;
    } catch (error) {
      return error instanceof TaskError && isUnknownContainer(error.cause) ? 'deleted' : undefined;
    }
  }

  #run<Result>(
    doing: string,
    limit: LimitKind,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const { endSignal, bundle } = this.host;
    return bounded({ doing, limit, signals: [signal, endSignal], bundle }, call);
  }

  async #endInTime(): Promise<void> {
    if (await inTime(this.ended(), END_MS)) return;
    const words = `the process ${this.pid} of ${this.#id} was killed, but does not end`;
    throw new TaskError('ERR_TASK_TIMEOUT', words, { id: this.#id });
  }
}

function isUnknownContainer(error: unknown): boolean {
  return isOciRuntimeError(error) && error.code === 'ERR_RUNTIME_NOT_EXIST';
}

async function inTime(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  try {
    const late = delay(ms, false, { signal: timer.signal, ref: false }).catch(() => false);
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

function killFailure(error: unknown): unknown {
  if (!(error instanceof TaskError) || !isOciRuntimeError(error.cause)) return error;
  const { cause } = error;
  if (cause.code === 'ERR_RUNTIME_STATE')
    return new TaskError('ERR_TASK_FINISHED', 'process already finished', { cause });
  if (cause.code === 'ERR_RUNTIME_NOT_EXIST')
    return new TaskError('ERR_TASK_NOT_FOUND', 'no such container', { cause });
  return error;
}
