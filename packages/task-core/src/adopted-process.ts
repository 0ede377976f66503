import type { ProcessExit } from './exits/process-exit.ts';
import type { ProcessRecord } from './journal.ts';
import type { ProcessState } from './process-state.ts';
import type { ProcessIO } from './stdio/process-io.ts';

/** What became of a process that an earlier shim made. */
export interface AdoptedProcess {
  /** Its id on the host; 0 when it was never made. */
  readonly pid: number;
  /** Where it is in its life. */
  readonly state: ProcessState;
  /** Whether its input was closed. */
  readonly isStdinClosed: boolean;
  /** How it ended, where that was told already. */
  readonly exit?: ProcessExit | undefined;
  /** Resolves when it has ended, where that was not told yet. */
  readonly ended?: Promise<ProcessExit> | undefined;
  /** Sends it a signal, which can reach no later process of the same id. */
  signal(number: number): void;
}

/** A process of an earlier shim: what that one knew of it, what became of it, and its stdio taken up again. */
export interface Adopted {
  /** What was noted of it. */
  readonly record: ProcessRecord;
  /** What became of it. */
  readonly known: AdoptedProcess;
  /** Its stdio, taken up again; undefined for one that has ended. */
  readonly io: ProcessIO | undefined;
}
