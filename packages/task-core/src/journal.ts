import type { TaskEvent } from './events.ts';
import type { ProcessExit } from './exits/process-exit.ts';
import type { RuntimeChoice } from './requests.ts';
import type { IOOwner, StdioPaths } from './stdio/stdio-paths.ts';

/** A process of a container, as far as another shim needs to know it to go on with it. It can be written as JSON. */
export interface ProcessRecord {
  /** The container's id. */
  readonly containerId: string;
  /** The id of a further process; empty for the first one. */
  readonly execId: string;
  /** Where its stdio leads. */
  readonly stdio: StdioPaths;
  /** Whether its input was closed by a call. */
  readonly isStdinClosed: boolean;
  /** Its id on the host; 0 before it is made. */
  readonly pid: number;
  /** How it ended; undefined while it has not. */
  readonly exit?: ProcessExit | undefined;
  /** What only the first process of a container has. */
  readonly container?: ContainerRecord | undefined;
  /** What only a further process has. */
  readonly exec?: ExecRecord | undefined;
}

/** What a container was made from, as far as its later life depends on it. */
export interface ContainerRecord {
  /** The bundle it was made from. */
  readonly bundle: string;
  /** Where the rootfs is mounted; empty where nothing is. */
  readonly rootfs: string;
  /** Whether an unmount of it may take long: it is more than bind mounts. */
  readonly isSlowToUnmount: boolean;
  /** The OCI runtime that knows it. */
  readonly runtime: RuntimeChoice;
  /** Whether other processes of the container can outlive its first. */
  readonly sharesPids: boolean;
  /** Who owns its stdio; undefined for this user. */
  readonly owner?: IOOwner | undefined;
}

/** What a further process is made from. */
export interface ExecRecord {
  /** What it runs, in JSON. */
  readonly spec: string;
  /** Whether the OCI runtime was asked to start it. */
  readonly isStarted: boolean;
}

/**
 * The ordered log of all that happens to containers, and of all that another shim would have to know, should this one
 * be killed. What a method notes is there, whole, when it returns. None of them throws: whoever keeps a log sees to it
 * that a disk that is full does not end a container.
 */
export interface Journal {
  /** Notes a process as it is now. */
  save(process: ProcessRecord): void;
  /** Forgets a process. */
  forget(containerId: string, execId: string): void;
  /**
   * Notes an event together with the process as it is after it. From then on it is told, by whoever goes on with the log.
   *
   * @returns what tells it; those of one container are called in the order of their events.
   */
  note(event: TaskEvent, process?: ProcessRecord): () => void;
}

/** A log that only tells, for containers that nobody goes on with. */
export function tellingJournal(tell: (event: TaskEvent) => void): Journal {
  return { save: () => {}, forget: () => {}, note: (event) => () => tell(event) };
}
