import { processStat } from '@shimwright/linux-native';
import type { AdoptedProcess } from './adopted-process.ts';
import { TaskError } from './errors.ts';
import { type ProcessExit, releaseEnded, watchEnd } from './exits/process-exit.ts';
import { noteToldExit } from './exits/told-exits.ts';
import type { ProcessRecord } from './journal.ts';
import { Lock } from './lock.ts';
import { type Moment, NEVER } from './moment.ts';
import type { ProcessHost } from './process-host.ts';
import { type ProcessState, StateMachine } from './process-state.ts';
import type { KillRequest, TaskStatus, TerminalSize } from './requests.ts';
import type { ProcessIO } from './stdio/process-io.ts';
import type { StdioPaths } from './stdio/stdio-paths.ts';
import { Waiters } from './waiters.ts';

const STATUS: Readonly<Record<ProcessState, TaskStatus>> = {
  creating: 'CREATED',
  created: 'CREATED',
  starting: 'CREATED',
  running: 'RUNNING',
  pausing: 'PAUSING',
  paused: 'PAUSED',
  resuming: 'PAUSED',
  stopped: 'STOPPED',
  deleted: 'STOPPED',
};

/** A process of a container: its first, or one that was added by exec. */
export abstract class ContainerProcess {
  /** Empty for the first one. */
  readonly execId: string;
  readonly stdio: StdioPaths;
  /** Its id on the host; 0 before it is made. */
  pid = 0;
  protected readonly host: ProcessHost;
  protected readonly machine: StateMachine;
  // What changes it is done one after the other.
  protected readonly lock = new Lock();
  protected io: ProcessIO | undefined;
  #exit: ProcessExit | undefined;
  #isStdinClosed = false;
  #isReleased = false;
  #signal = (signal: number): void => {
    // It is ours to reap, so as long as we have not, nobody else has its id.
    process.kill(this.pid, signal);
  };
  /** Settled when the runtime is done with what it may tell only after the end of the process. */
  #making: Promise<unknown> = Promise.resolve();
  readonly #waiters = new Waiters();

  constructor(execId: string, stdio: StdioPaths, host: ProcessHost, state: ProcessState) {
    this.execId = execId;
    this.stdio = stdio;
    this.host = host;
    this.machine = new StateMachine(state);
  }

  /** Starts it. @throws {TaskError} `ERR_TASK_STATE`, `ERR_TASK_RUNTIME`, `ERR_TASK_TIMEOUT`. */
  abstract start(signal?: AbortSignal): Promise<void>;

  /** Signals it. @throws {TaskError} `ERR_TASK_FINISHED`, `ERR_TASK_NOT_CREATED`, `ERR_TASK_RUNTIME`. */
  abstract kill(request: KillRequest, signal?: AbortSignal): Promise<void>;

  /** Gives up all it holds. @throws {TaskError} `ERR_TASK_STATE` for one that runs; `ERR_TASK_NOT_FOUND` the second time. */
  abstract delete(signal?: AbortSignal): Promise<void>;

  get state(): ProcessState {
    return this.machine.state;
  }

  get status(): TaskStatus {
    return STATUS[this.machine.state];
  }

  get exitStatus(): number {
    return this.hasEnded ? (this.#exit?.status ?? 0) : 0;
  }

  get exitedAt(): Moment {
    return this.hasEnded ? (this.#exit?.exitedAt ?? NEVER) : NEVER;
  }

  /** Whether its end is known, and was told. */
  get hasEnded(): boolean {
    return this.#waiters.isOver;
  }

  /** Resolves when it has ended. @throws the reason of the signal, should that come first. */
  ended(signal?: AbortSignal): Promise<void> {
    return this.#waiters.wait(signal);
  }

  /** What another shim has to know to go on with it. */
  get record(): ProcessRecord {
    const { stdio, pid, execId } = this;
    const { containerId } = this.host;
    return { containerId, execId, stdio, pid, isStdinClosed: this.#isStdinClosed, exit: this.#exit };
  }

  /** Goes on with a process that an earlier shim made. */
  adopt(known: AdoptedProcess): void {
    this.pid = known.pid;
    this.machine.settle(known.state);
    this.#isStdinClosed = known.isStdinClosed;
    this.#signal = known.signal;
    if (known.ended) this.watch(known.pid, known.ended);
    if (known.exit) this.setEnded(known.exit);
  }

  /** Gives up its stdio, and leaves the process itself to itself. */
  release(): void {
    this.#isReleased = true;
    this.io?.release();
  }

  closeStdin(): void {
    this.#isStdinClosed = true;
    this.io?.closeStdin();
    this.host.save(this.record);
  }

  resize(size: TerminalSize): void {
    this.io?.resize(size);
  }

  /** Whether its input was closed, so that stdio that is opened only now has none. */
  protected get isStdinClosed(): boolean {
    return this.#isStdinClosed;
  }

  /** Has the end of the process told only after this, which may be what makes it. */
  protected beforeEnd<Result>(making: Promise<Result>): Promise<Result> {
    this.#making = making.catch(() => {});
    return making;
  }

  /** Watches over the process the OCI runtime has made. */
  protected watch(pid: number, ended: Promise<ProcessExit> = watchEnd(pid)): void {
    this.pid = pid;
    void ended.then(async (exit) => {
      this.#exit = exit;
      await this.#making;
      const tell = await this.host.exited(this.record, exit);
      // Whoever goes on with it in this very process is no parent who could ask anybody else.
      if (this.#isReleased) noteToldExit({ pid, startTime: processStat(pid)?.startTime ?? '' }, exit);
      releaseEnded(pid); // it is noted now
      this.setEnded(exit);
      tell();
    });
  }

  /** @throws {TaskError} `ERR_TASK_FINISHED` when nobody is there to be signalled. */
  protected requireAlive(): void {
    if (this.hasEnded)
      throw new TaskError('ERR_TASK_FINISHED', 'process already finished', { id: this.execId });
  }

  protected signal(number: number): void {
    this.#signal(number);
  }

  protected setEnded(exit: ProcessExit): void {
    this.#exit = exit;
    this.machine.note('exited');
    this.io?.ended();
    this.#waiters.release();
  }
}
