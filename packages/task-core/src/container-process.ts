import type { Status, Timestamp } from '@shimwright/shim-api';
import { TtrpcError } from '@shimwright/ttrpc';
import type { AdoptedProcess } from './adopted-process.ts';
import type { ProcessRecord } from './journal.ts';
import { NEVER } from './moment.ts';
import { type ProcessExit, watchExit } from './process-exit.ts';
import type { ProcessIO } from './process-io.ts';
import type { StdioPaths } from './stdio-paths.ts';

/** Where a process is in its life. */
export type ProcessState = 'created' | 'running' | 'paused' | 'stopped';

/** A process of a container: its first, or one that was added by exec. */
export abstract class ContainerProcess {
  readonly id: string;
  readonly stdio: StdioPaths;
  /** Its id on the host; 0 before it is made. */
  pid = 0;
  exitStatus = 0;
  exitedAt: Timestamp = NEVER;
  protected state: ProcessState = 'created';
  protected io: ProcessIO | undefined;
  #exit: ProcessExit | undefined;
  #isStdinClosed = false;
  #signal = (signal: number): void => {
    // It is ours to reap, so as long as we have not, nobody else has its id.
    process.kill(this.pid, signal);
  };
  readonly #ended = Promise.withResolvers<void>();

  constructor(id: string, stdio: StdioPaths) {
    this.id = id;
    this.stdio = stdio;
  }

  /** Starts it. @throws in the words of the stock shim when its state does not allow it. */
  abstract start(): Promise<void>;

  /** Signals it. */
  abstract kill(signal: number, all: boolean): Promise<void>;

  /** Gives up all it holds. */
  abstract delete(): Promise<void>;

  /** Its state, as the API names it. */
  abstract get status(): Status;

  /** Resolves when it has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get hasEnded(): boolean {
    return this.state === 'stopped';
  }

  /** What another shim has to know to go on with it. */
  get record(): ProcessRecord {
    const { id, stdio, pid } = this;
    return { id, stdio, pid, isStdinClosed: this.#isStdinClosed, exit: this.#exit };
  }

  /** Goes on with a process that an earlier shim made; `onExit` is called unless its end was told already. */
  adopt(known: AdoptedProcess, onExit: (exit: ProcessExit) => Promise<void>): void {
    this.pid = known.pid;
    this.state = known.state;
    this.#isStdinClosed = known.isStdinClosed;
    this.#signal = known.signal;
    if (known.ended) this.watch(known.pid, onExit, known.ended);
    if (known.exit) this.setEnded(known.exit);
  }

  /** Gives up its stdio, and leaves the process itself to itself. */
  release(): void {
    this.io?.close();
  }

  closeStdin(): void {
    this.#isStdinClosed = true;
    this.io?.closeStdin();
  }

  resize(size: { readonly width: number; readonly height: number }): void {
    this.io?.resize(size);
  }

  /** Watches over the process the OCI runtime has made; `onExit` is called before those who wait are told. */
  protected watch(
    pid: number,
    onExit: (exit: ProcessExit) => Promise<void>,
    ended: Promise<ProcessExit> = watchExit(pid),
  ): void {
    this.pid = pid;
    void ended.then(async (exit) => {
      this.#exit = exit;
      await onExit(exit);
      this.setEnded(exit);
    });
  }

  /** @throws in the words of the stock shim when nobody is there to be signalled. */
  protected requireAlive(): void {
    if (this.hasEnded) throw TtrpcError.status('NOT_FOUND', 'process already finished: not found');
  }

  protected signal(number: number): void {
    this.#signal(number);
  }

  protected setEnded(exit: ProcessExit): void {
    this.#exit = exit;
    this.exitStatus = exit.status;
    this.exitedAt = exit.exitedAt;
    this.state = 'stopped';
    this.#ended.resolve();
  }
}
