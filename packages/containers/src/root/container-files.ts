import type { RootfsMount } from '../task.ts';
import type { UserIds } from '../users.ts';

/** The files that a container begins with, and what is run with them. */
export interface ContainerFiles {
  /** Named in the record of the container. */
  readonly image: string | undefined;
  readonly rootfs: string | undefined;
  readonly args: readonly string[];
  /** `NAME=VALUE` each. */
  readonly env: readonly string[];
  readonly workdir: string;
  readonly user: UserIds | undefined;
  readonly stopSignal: string;
  /** What `root.path` of the spec is to be. */
  readonly rootPath: string;
  /** Gets them ready once there is a bundle; gives what its shim mounts. */
  prepare(signal: AbortSignal | undefined): Promise<RootfsMount[]>;
  /** Takes back what was made before there was a bundle. */
  discard(): Promise<void>;
}
