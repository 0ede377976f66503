import type { Status, Timestamp } from '@shimwright/shim-api';
import { TtrpcError } from '@shimwright/ttrpc';
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

  closeStdin(): void {
    this.io?.closeStdin();
  }

  resize(size: { readonly width: number; readonly height: number }): void {
    this.io?.resize(size);
  }

  /** Watches over the process the OCI runtime has made; `onExit` is called before those who wait are told. */
  protected watch(pid: number, onExit: (exit: ProcessExit) => Promise<void>): void {
    this.pid = pid;
    void watchExit(pid).then(async (exit) => {
      await onExit(exit);
      this.setEnded(exit);
    });
  }

  /** @throws in the words of the stock shim when nobody is there to be signalled. */
  protected requireAlive(): void {
    if (this.hasEnded) throw TtrpcError.status('NOT_FOUND', 'process already finished: not found');
  }

  protected setEnded({ status, exitedAt }: ProcessExit): void {
    this.exitStatus = status;
    this.exitedAt = exitedAt;
    this.state = 'stopped';
    this.#ended.resolve();
  }
}
