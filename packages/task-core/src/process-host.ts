import type { OciRuntime } from '@shimwright/oci-runtime';
import type { TaskEvent } from './events.ts';
import type { ProcessExit } from './exits/process-exit.ts';
import type { ProcessRecord } from './journal.ts';
import type { TaskStatus } from './requests.ts';
import type { ProcessIO } from './stdio/process-io.ts';
import type { StdioPaths } from './stdio/stdio-paths.ts';

/** What a process has of its container. */
export interface ProcessHost {
  readonly containerId: string;
  /** The bundle it was made from. */
  readonly bundle: string;
  readonly runtime: OciRuntime;
  /** The state of the container, which is that of its first process. */
  readonly status: TaskStatus;
  /** Aborted when the container is given up, so that no runtime that hangs is waited for. */
  readonly endSignal: AbortSignal;
  /** Opens the stdio of a process; empty for the first one. */
  openIO(stdio: StdioPaths, execId: string): Promise<ProcessIO>;
  /** Notes a process as it is now. */
  save(process: ProcessRecord): void;
  /** Tells what has happened, together with the process as it is after that. */
  tell(event: TaskEvent, process?: ProcessRecord): void;
  /**
   * Called when a process has ended, before those who wait for it are told.
   *
   * @returns what tells of it, to be called after that.
   */
  exited(process: ProcessRecord, exit: ProcessExit): Promise<() => void>;
}
