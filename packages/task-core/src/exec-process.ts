import { constants } from 'node:os';
import type { OciRuntime, ProcessSpec } from '@shimwright/oci-runtime';
import type { Status } from '@shimwright/shim-api';
import { TtrpcError } from '@shimwright/ttrpc';
import { ContainerProcess } from './container-process.ts';
import type { ProcessRecord } from './journal.ts';
import { now } from './moment.ts';
import type { ProcessExit } from './process-exit.ts';
import type { ProcessIO } from './process-io.ts';
import { runtimeFailure } from './runtime-failure.ts';
import type { StdioPaths } from './stdio-paths.ts';

/** What a further process needs of its container. */
export interface ExecParent {
  readonly containerId: string;
  readonly runtime: OciRuntime;
  readonly status: Status;
  /** Aborted when the container is given up. */
  readonly endSignal: AbortSignal;
  openIO(stdio: StdioPaths): Promise<ProcessIO>;
  onExit(process: ContainerProcess, exit: ProcessExit): Promise<void>;
  /** Notes a process as it is now. */
  save(process: ContainerProcess): void;
}

/** A process that was added to a container. */
export class ExecProcess extends ContainerProcess {
  readonly #spec: ProcessSpec;
  readonly #parent: ExecParent;
  #isStarted = false;

  constructor(id: string, stdio: StdioPaths, spec: ProcessSpec, parent: ExecParent, io?: ProcessIO) {
    super(id, stdio);
    this.#spec = { ...spec, terminal: stdio.terminal };
    this.#parent = parent;
    this.io = io;
  }

  get status(): Status {
    const { status } = this.#parent;
    if (status === 'PAUSED' || status === 'PAUSING') return status;
    return this.state === 'created' ? 'CREATED' : this.state === 'running' ? 'RUNNING' : 'STOPPED';
  }

  override get record(): ProcessRecord {
    return { ...super.record, exec: { spec: this.#spec, isStarted: this.#isStarted } };
  }

  async start(): Promise<void> {
    if (this.state !== 'created') throw new Error(`cannot start a ${this.state} process`);
    const { containerId, runtime, endSignal } = this.#parent;
    this.io = await this.#parent.openIO(this.stdio);
    this.#isStarted = true;
    this.#parent.save(this);
    try {
      const { pid } = await runtime.exec(containerId, this.#spec, {
        detach: true,
        signal: endSignal,
        ...this.io.runtimeOptions,
      });
      this.state = 'running';
      this.watch(pid, (exit) => this.#parent.onExit(this, exit));
      this.#parent.save(this);
      await this.io.started();
    } catch (error) {
      if (this.pid !== 0) {
        this.#killUnlessEnded(); // it has no terminal
      } else {
        this.io.close();
        this.setEnded({ status: 0, exitedAt: now() }); // nobody may wait for it in vain
        this.#parent.save(this);
      }
      throw runtimeFailure('OCI runtime exec failed', error);
    }
  }

  async kill(signal: number): Promise<void> {
    if (this.pid === 0) {
      throw TtrpcError.status('FAILED_PRECONDITION', 'process not created: failed precondition');
    }
    this.requireAlive();
    try {
      this.signal(signal);
    } catch (cause) {
      throw new Error(`exec kill error: unknown error after kill: ${signal} is no signal`, { cause });
    }
  }

  #killUnlessEnded(): void {
    if (!this.record.exit) this.signal(constants.signals.SIGKILL);
  }

  async delete(): Promise<void> {
    if (this.state === 'running') throw new Error('cannot delete a running process');
    this.io?.close();
  }

  override resize(size: { readonly width: number; readonly height: number }): void {
    if (this.state === 'stopped') throw new Error('cannot resize a stopped container');
    super.resize(size);
  }
}
