import type { ProcessState } from './container-process.ts';
import type { ProcessExit } from './process-exit.ts';

/** A process that an earlier shim made. */
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
