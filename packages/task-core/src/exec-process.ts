import { constants } from 'node:os';
import type { ProcessSpec } from '@shimwright/oci-runtime';
import { ContainerProcess } from './container-process.ts';
import { messageOf, TaskError } from './errors.ts';
import { parseExactly } from './exact-json.ts';
import { execPidFile, removePidFile } from './exec-pid-file.ts';
import { whileStarting } from './exits/subreaper.ts';
import type { ProcessRecord } from './journal.ts';
import { now } from './moment.ts';
import type { ProcessHost } from './process-host.ts';
import type { ExecRequest, KillRequest, TaskStatus, TerminalSize } from './requests.ts';
import { bounded } from './runtime-calls.ts';
import type { ProcessIO } from './stdio/process-io.ts';

const { SIGKILL } = constants.signals;
const DOING = 'OCI runtime exec failed';

/** What an earlier shim has done of it. */
interface EarlierExec {
  readonly isStarted?: boolean;
  readonly io?: ProcessIO | undefined;
}

/** A process that was added to a container. */
export class ExecProcess extends ContainerProcess {
  readonly #spec: string;
  #isStarted = false;

  /** @throws {TaskError} `ERR_TASK_ARGUMENT` for a specification that is no JSON. */
  constructor({ execId, stdio, spec }: ExecRequest, host: ProcessHost, earlier: EarlierExec = {}) {
    super(execId, stdio, host, 'created');
    this.#spec = spec;
    this.io = earlier.io;
    this.#isStarted = earlier.isStarted ?? false;
    this.#parsedSpec();
  }

  override get status(): TaskStatus {
    const { status } = this.host;
    return status === 'PAUSED' || status === 'PAUSING' ? status : super.status;
  }

  override get record(): ProcessRecord {
    return { ...super.record, exec: { spec: this.#spec, isStarted: this.#isStarted } };
  }

  start(signal?: AbortSignal): Promise<void> {
    return this.lock.run(async () => {
      this.machine.require('start', this.execId);
      this.machine.note('start');
      const io = await this.#openIO();
      this.#isStarted = true;
      this.host.save(this.record);
      try {
        await this.#run(io, signal);
      } catch (error) {
        this.#giveUp();
        throw error;
      }
    }, signal);
  }

  async kill({ signal: number }: KillRequest, signal?: AbortSignal): Promise<void> {
    // Who it is becomes known when it has started.
    if (this.state === 'starting') await this.lock.run(async () => {}, signal);
    if (this.pid === 0) {
      throw new TaskError('ERR_TASK_NOT_CREATED', 'process not created', { id: this.execId });
    }
    this.requireAlive();
    try {
      this.signal(number);
    } catch (cause) {
      const words = `exec kill error: unknown error after kill: ${number} is no signal`;
      throw new TaskError('ERR_TASK_SIGNAL', words, { id: this.execId, cause });
    }
  }

  delete(signal?: AbortSignal): Promise<void> {
    return this.lock.run(async () => {
      this.machine.require('delete', this.execId);
      this.io?.close();
      this.machine.note('deleted');
    }, signal);
  }

  override resize(size: TerminalSize): void {
    this.machine.require('resize', this.execId);
    super.resize(size);
  }

  async #openIO(): Promise<ProcessIO> {
    try {
      this.io = await this.host.openIO(this.stdio, this.execId);
    } catch (error) {
      this.machine.note('refused');
      throw error;
    }
    if (this.isStdinClosed) this.io.closeStdin();
    return this.io;
  }

  async #run(io: ProcessIO, signal: AbortSignal | undefined): Promise<void> {
    const { containerId, runtime, endSignal, bundle } = this.host;
    // Should this process be killed before it has noted who was made, the next one finds it there.
    const pidFile = execPidFile(bundle, this.execId);
    removePidFile(pidFile); // that of an earlier one with this id
    const call = { doing: DOING, limit: 'making', signals: [signal, endSignal], bundle } as const;
    const spec = { ...this.#parsedSpec(), terminal: this.stdio.terminal };
    await whileStarting(async () => {
      const { pid } = await bounded(call, (limited) =>
        runtime.exec(containerId, spec, { detach: true, signal: limited, pidFile, ...io.runtimeOptions }),
      );
      this.pid = pid;
      this.machine.note('started');
      this.host.tell({ type: 'exec-started', containerId, execId: this.execId, pid }, this.record);
      this.watch(pid);
    });
    removePidFile(pidFile);
    await io.started();
  }

  /** Of a process that cannot be used, nothing stays, and nobody waits for it in vain. */
  #giveUp(): void {
    if (this.pid === 0) {
      this.io?.close();
      this.setEnded({ status: 0, exitedAt: now() });
      this.host.save(this.record);
    } else if (!this.record.exit) {
      this.signal(SIGKILL); // it has no terminal
    }
  }

  #parsedSpec(): ProcessSpec {
    try {
      return parseExactly(this.#spec) as ProcessSpec;
    } catch (cause) {
      throw new TaskError('ERR_TASK_ARGUMENT', `no JSON: ${messageOf(cause)}`, { id: this.execId, cause });
    }
  }
}
