import type { CriuOptions } from '@shimwright/oci-runtime';
import type { IOOwner, StdioPaths } from './stdio/stdio-paths.ts';

/** A part of a root file system, with the fields of containerd's `Mount` message. */
export interface RootfsMount {
  /** The type of the file system; `bind` or anything else for a bind mount. */
  readonly type: string;
  /** A device, a directory or a name. */
  readonly source: string;
  /** The options, as fstab(5) has them. */
  readonly options: readonly string[];
}

/** Which OCI runtime makes a container, and how it is told to. */
export interface RuntimeChoice {
  /** Its path, or its name on the PATH; empty for `runc`, else `crun`. */
  readonly command: string;
  /** The directory of its state. */
  readonly root: string;
  /** Whether cgroups are made through systemd. */
  readonly systemdCgroup: boolean;
  /** The criu it uses; empty for the one on the PATH. */
  readonly criu: string;
}

/** A checkpoint that a container is restored from. */
export interface RestoreRequest extends CriuOptions {
  /** The directory of the image that this one adds to. */
  readonly parentPath?: string | undefined;
}

/** What a container is made from. */
export interface CreateRequest {
  /** Its id, as the OCI runtime is told it. */
  readonly id: string;
  /** The directory with its `config.json`. */
  readonly bundle: string;
  /** What is mounted, one on the other, at `rootfs` in the bundle. */
  readonly rootfs: readonly RootfsMount[];
  /** Where the stdio of its first process leads. */
  readonly stdio: StdioPaths;
  /** The OCI runtime that makes it. */
  readonly runtime: RuntimeChoice;
  /** Who owns its stdio. @default this user, or who is root in its user namespace */
  readonly owner?: IOOwner | undefined;
  /** Whether the root is changed by `chroot` alone. @default false */
  readonly noPivotRoot?: boolean;
  /** Whether it shares the session keyring of the shim. @default false */
  readonly noNewKeyring?: boolean;
  /** What it is restored from when it is started; undefined to make it anew. */
  readonly restore?: RestoreRequest | undefined;
}

/** What a further process is made from. */
export interface ExecRequest {
  /** Its id in the container; not empty. */
  readonly execId: string;
  /** The process as the OCI specification has it, in JSON: it reaches the runtime with each number as it is here. */
  readonly spec: string;
  /** Where its stdio leads. */
  readonly stdio: StdioPaths;
}

/** How a process is signalled. */
export interface KillRequest {
  /** The signal's number. */
  readonly signal: number;
  /** Whether all processes of the container are signalled. @default false */
  readonly all?: boolean;
}

/** How a container is saved. */
export interface CheckpointRequest extends CriuOptions {
  /** Where CRIU works, and leaves its logs. */
  readonly workPath: string;
  /** Whether the work directory stays, with CRIU's logs. */
  readonly keepWork: boolean;
  /** Whether the container goes on. */
  readonly leaveRunning: boolean;
}

/** The size of a terminal, in characters. */
export interface TerminalSize {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** What is told of a process. */
export interface TaskState {
  /** The container's id. */
  readonly id: string;
  /** The id of a further process in it; empty for its first one. */
  readonly execId: string;
  /** The directory that the container was made from. */
  readonly bundle: string;
  /** Its id on the host; 0 before it is made. */
  readonly pid: number;
  /** Where it is in its life. */
  readonly status: TaskStatus;
  /** Where its stdio leads. */
  readonly stdio: StdioPaths;
  /** 0 while it has not ended. */
  readonly exitStatus: number;
  /** `NEVER` while it has not ended. */
  readonly exitedAt: { readonly seconds: number; readonly nanos: number };
}

/** The states that the API of containerd knows. */
export type TaskStatus = 'CREATED' | 'RUNNING' | 'STOPPED' | 'PAUSED' | 'PAUSING';

/** A process that the OCI runtime finds in a container. */
export interface ListedProcess {
  /** Its id on the host. */
  readonly pid: number;
  /** Its id where a request has added it, empty for the first one; undefined for one that another has started. */
  readonly execId: string | undefined;
}
