import { copyFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unmountAll } from '@shimwright/linux-native';
import { type CriuOptions, type OciRuntime, OciRuntimeError, type Resources } from '@shimwright/oci-runtime';
import type { Status } from '@shimwright/shim-api';
import { TtrpcError } from '@shimwright/ttrpc';
import { ContainerProcess } from './container-process.ts';
import type { ContainerRecord, ProcessRecord } from './journal.ts';
import { Lock } from './lock.ts';
import type { ProcessExit } from './process-exit.ts';
import type { ProcessIO } from './process-io.ts';
import { runtimeFailure } from './runtime-failure.ts';
import type { StdioPaths } from './stdio-paths.ts';

/** How long the deletion of a container waits for its last output to be copied. */
const DRAIN_MS = 2_000;

/** What the first process of a container is made from. */
export interface InitOptions {
  readonly id: string;
  readonly bundle: string;
  readonly stdio: StdioPaths;
  /** Where the rootfs is mounted; empty where nothing is. */
  readonly rootfs: string;
  readonly runtime: OciRuntime;
  /** What a later shim has to know of it. */
  readonly facts: ContainerRecord;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  /** A checkpoint to restore when it is started; undefined to make it anew. */
  readonly restore: (CriuOptions & { readonly parentPath?: string }) | undefined;
  readonly io: ProcessIO;
  readonly onExit: (process: ContainerProcess, exit: ProcessExit) => Promise<void>;
}

/** How a container is checkpointed. */
export interface CheckpointInit extends CriuOptions {
  /** Where CRIU works, and leaves its logs. */
  readonly workPath: string;
  /** Whether the work directory stays, with CRIU's logs. */
  readonly keepWork: boolean;
  /** Whether the container goes on. */
  readonly leaveRunning: boolean;
}

const { SIGKILL } = constants.signals;

const STATUS = { created: 'CREATED', running: 'RUNNING', paused: 'PAUSED', stopped: 'STOPPED' } as const;

/** The first process of a container, and with it the container. */
export class InitProcess extends ContainerProcess {
  readonly #options: InitOptions;
  // What the OCI runtime is asked to do with a container is done one after the other.
  readonly #lock = new Lock();
  #isPausing = false;
  readonly #end = new AbortController();

  constructor(options: InitOptions) {
    super(options.id, options.stdio);
    this.#options = options;
    this.io = options.io;
  }

  get status(): Status {
    return this.#isPausing ? 'PAUSING' : STATUS[this.state];
  }

  override get record(): ProcessRecord {
    return { ...super.record, container: this.#options.facts };
  }

  get runtime(): OciRuntime {
    return this.#options.runtime;
  }

  /** Aborted when all of it is given up, so that no runtime that hangs is waited for. */
  get endSignal(): AbortSignal {
    return this.#end.signal;
  }

  /** Makes the container, unless it is restored when it is started. */
  async create(signal: AbortSignal): Promise<void> {
    const { id, bundle, noPivot, noNewKeyring, restore, io, onExit } = this.#options;
    if (restore) return;
    try {
      const { pid } = await this.runtime.create(id, {
        ...{ bundle, noPivot, noNewKeyring, signal },
        ...io.runtimeOptions,
      });
      this.watch(pid, (exit) => onExit(this, exit));
    } catch (error) {
      throw signal.aborted ? error : runtimeFailure('OCI runtime create failed', error);
    }
    await io.started();
  }

  start(): Promise<void> {
    return this.#lock.run(async () => {
      this.#require('created', `cannot start a ${this.state} process`);
      await (this.#options.restore ? this.#restore() : this.#start());
      // A process can end before this is known.
      if (this.state === 'created') this.state = 'running';
    });
  }

  kill(signal: number, all: boolean): Promise<void> {
    return this.#lock.run(async () => {
      if (signal === 0) return this.requireAlive(); // it only asks
      try {
        await this.runtime.kill(this.id, signal, { all, signal: this.endSignal });
      } catch (error) {
        throw killFailure(error);
      }
    });
  }

  /** Kills whatever is in the container, when its first process has ended but others could go on. */
  async killAll(): Promise<void> {
    await this.runtime.kill(this.id, 'SIGKILL', { all: true });
  }

  pause(): Promise<void> {
    return this.#lock.run(async () => {
      if (this.state === 'created') throw new Error('cannot pause task in created state');
      this.#require('running', `cannot pause a ${this.state} container`);
      this.#isPausing = true;
      try {
        await this.#runtimeCall('OCI runtime pause failed', this.runtime.pause(this.id, this.#untilEnd));
        if (this.state === 'running') this.state = 'paused';
      } finally {
        this.#isPausing = false;
      }
    });
  }

  resume(): Promise<void> {
    return this.#lock.run(async () => {
      if (this.state === 'created') throw new Error('cannot resume task in created state');
      if (this.state === 'running') throw new Error('cannot resume a running process');
      this.#require('paused', 'cannot resume a stopped container');
      await this.#runtimeCall('OCI runtime resume failed', this.runtime.resume(this.id, this.#untilEnd));
      if (this.state === 'paused') this.state = 'running';
    });
  }

  update(resources: Resources): Promise<void> {
    return this.#lock.run(async () => {
      if (this.state === 'stopped') throw new Error('cannot update a stopped container');
      const updated = this.runtime.update(this.id, resources, this.#untilEnd);
      await this.#runtimeCall('OCI runtime update failed', updated);
    });
  }

  checkpoint(options: CheckpointInit): Promise<void> {
    return this.#lock.run(async () => {
      if (this.state === 'created') throw new Error('cannot checkpoint a task in created state');
      if (this.state === 'stopped') throw new Error('cannot checkpoint a stopped container');
      try {
        await this.runtime.checkpoint(this.id, { ...options, ...this.#untilEnd });
      } catch (error) {
        throw this.#checkpointFailure(error, options.workPath);
      } finally {
        if (!options.keepWork) rmSync(options.workPath, { recursive: true, force: true });
      }
    });
  }

  /** @throws in the words of the stock shim when the state does not allow another process. */
  requireExec(): void {
    if (this.state === 'paused' || this.state === 'stopped') {
      throw new Error(`cannot exec in a ${this.state} state`);
    }
    if (this.state === 'created' && this.#options.restore) throw new Error('cannot exec in a created state');
  }

  delete(): Promise<void> {
    return this.#lock.run(async () => {
      if (this.state === 'running' || this.state === 'paused') {
        throw new Error(`cannot delete a ${this.state} process`);
      }
      await this.#deleteContainer(false);
      if (this.pid !== 0) await this.ended; // one that was never started has only just been killed
    });
  }

  /** Ends and deletes the container whatever its state, for a shim that gives everything up. */
  async destroy(): Promise<void> {
    this.#end.abort(new Error('the shim gives the container up'));
    try {
      await this.#lock.run(() => this.#deleteContainer(true));
    } finally {
      if (this.pid !== 0) {
        // Where the runtime cannot. As long as it was not reaped, its id is its own.
        if (!this.record.exit) this.signal(SIGKILL);
        await this.ended;
      }
    }
  }

  get #untilEnd(): { readonly signal: AbortSignal } {
    return { signal: this.endSignal };
  }

  /** CRIU's own log says why; it is kept in the bundle, where the stock shim puts it. */
  #checkpointFailure(error: unknown, workPath: string): Error {
    const { message, cause } = runtimeFailure('OCI runtime checkpoint failed', error);
    const [firstLine] = message.split('\n'); // the second names a file that is about to go
    const kept = path.join(this.#options.bundle, 'criu-dump.log');
    try {
      copyFileSync(path.join(workPath, 'dump.log'), kept);
    } catch {
      return new Error(firstLine, { cause }); // criu did not get that far
    }
    return new Error(`${firstLine} path= ${kept}`, { cause });
  }

  async #start(): Promise<void> {
    await this.#runtimeCall('OCI runtime start failed', this.runtime.start(this.id, this.#untilEnd));
  }

  async #restore(): Promise<void> {
    const { bundle, noPivot, restore, io, onExit } = this.#options;
    if (!restore) return;
    const options = {
      bundle,
      noPivot,
      ...restore,
      detach: true,
      noSubreaper: true,
      ...this.#untilEnd,
      ...io.runtimeOptions,
    } as const;
    const { pid } = await this.#runtimeCall(
      'OCI runtime restore failed',
      this.runtime.restore(this.id, options),
    );
    this.watch(pid, (exit) => onExit(this, exit));
    await io.started();
  }

  async #deleteContainer(force: boolean): Promise<void> {
    const { io, rootfs } = this.#options;
    if (!force) await Promise.race([io.drained, delay(DRAIN_MS, undefined, { ref: false })]);
    try {
      await this.runtime.delete(this.id, { force });
    } catch (error) {
      // After a checkpoint the runtime has deleted it by itself.
      if (!(error instanceof OciRuntimeError && error.code === 'ERR_RUNTIME_NOT_EXIST')) {
        throw runtimeFailure('failed to delete task', error);
      }
    } finally {
      io.close();
      unmountAll(rootfs);
    }
  }

  async #runtimeCall<Result>(doing: string, call: Promise<Result>): Promise<Result> {
    try {
      return await call;
    } catch (error) {
      throw runtimeFailure(doing, error);
    }
  }

  #require(state: 'created' | 'running' | 'paused', otherwise: string): void {
    if (this.state !== state) throw new Error(otherwise);
  }
}

function killFailure(error: unknown): Error {
  if (error instanceof OciRuntimeError) {
    if (error.code === 'ERR_RUNTIME_STATE') {
      return TtrpcError.status('NOT_FOUND', 'process already finished: not found', { cause: error });
    }
    if (error.code === 'ERR_RUNTIME_NOT_EXIST') {
      return TtrpcError.status('NOT_FOUND', 'no such container: not found', { cause: error });
    }
  }
  return runtimeFailure('unknown error after kill', error);
}
