import type { ProcessSpec } from '@shimwright/oci-runtime';
import type { Any } from '@shimwright/shim-api';
import type { IOOwner } from './pipe-io.ts';
import type { ProcessExit } from './process-exit.ts';
import type { StdioPaths } from './stdio-paths.ts';

/** A process of a container, as far as another shim needs to know it to go on with it. */
export interface ProcessRecord {
  /** Its id in the container. */
  readonly id: string;
  /** Where its stdio leads. */
  readonly stdio: StdioPaths;
  /** Whether its input was closed by a call. */
  readonly isStdinClosed: boolean;
  /** Its id on the host; 0 before it is made. */
  readonly pid: number;
  /** How it ended; undefined while it has not. */
  readonly exit?: ProcessExit | undefined;
  /** What only the first process of a container has. */
  readonly container?: ContainerRecord;
  /** What only a further process has. */
  readonly exec?: ExecRecord;
}

/** What a container was made from, as far as its later life depends on it. */
export interface ContainerRecord {
  /** The bundle it was made from. */
  readonly bundle: string;
  /** Where the rootfs is mounted; empty where nothing is. */
  readonly rootfs: string;
  /** The OCI runtime that the request named; empty for the shim's own choice. */
  readonly runtime: string;
  /** Who owns its stdio; undefined for this user. */
  readonly owner?: IOOwner | undefined;
}

/** What a further process is made from. */
interface ExecRecord {
  /** What it runs. */
  readonly spec: ProcessSpec;
  /** Whether the OCI runtime was asked to start it. */
  readonly isStarted: boolean;
}

/**
 * Where a shim notes all that another one would have to know, should it be killed. Each note is there, whole, when the
 * method returns.
 */
export interface Journal {
  /** Notes a process as it is now. */
  save(process: ProcessRecord): void;
  /** Forgets a process. */
  forget(id: string): void;
  /** Notes how a process ended and the event that tells so; returns what publishes that. */
  exited(process: ProcessRecord, topic: string, event: Any): () => void;
  /** Publishes an event that a later shim would not have to tell. */
  publish(topic: string, event: Any): void;
}

/** Notes nothing: for a shim that its containers do not outlive. */
export function noJournal(publish: (topic: string, event: Any) => void): Journal {
  return {
    save: () => {},
    forget: () => {},
    exited: (_process, topic, event) => () => publish(topic, event),
    publish,
  };
}
