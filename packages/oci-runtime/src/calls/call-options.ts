import type { LogEntry } from '../failures/log-entry.ts';
import type { Stdio } from '../processes/descriptors.ts';

/** What every call takes. */
export interface RuntimeCallOptions {
  /**
   * Ends the call, the runtime's process and all that it started, and takes back what it made. The call then
   * rejects with the signal's reason, once nothing is left. @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long the call may take, in milliseconds; `Infinity` for as long as it likes. One that takes longer is ended
   * like an aborted one, and rejects with `ERR_RUNTIME_TIMEOUT`. @default the `timeoutMs` of the `OciRuntime`
   */
  readonly timeoutMs?: number | undefined;
}

/** What every call takes that starts a process in a container. */
export interface StartProcessOptions extends RuntimeCallOptions, Stdio {
  /** Where the runtime writes the process id, besides the call's result. @default nowhere */
  readonly pidFile?: string | undefined;
  /** A listening Unix socket, on which the runtime hands over the terminal of a process that has one. @default none */
  readonly consoleSocket?: string | undefined;
  /** Descriptors of this program that the process has as 3, 4 and so on, in this order. @default none */
  readonly preserveFds?: readonly number[] | undefined;
}

/** How to make a container. */
export interface RuntimeCreateOptions extends StartProcessOptions {
  /** The directory of the bundle. */
  readonly bundle: string;
  /** Whether the root is changed by `chroot` alone, as it must be on a ramdisk; a container can get out of it. @default false */
  readonly noPivot?: boolean | undefined;
  /** Whether the container shares the session keyring of this program. @default false */
  readonly noNewKeyring?: boolean | undefined;
}

/** How to make and start a container. */
export interface RuntimeRunOptions extends RuntimeCreateOptions {
  /** Whether the runtime ends when the container has started, and not when it has ended. @default false */
  readonly detach?: boolean | undefined;
  /** Whether the container is kept, as stopped, when its process has ended; runc only. @default false */
  readonly keep?: boolean | undefined;
  /** Whether the runtime does without adopting the container's orphans. @default false */
  readonly noSubreaper?: boolean | undefined;
}

/** How to start a process in a running container. */
export interface RuntimeExecOptions extends StartProcessOptions {
  /** Whether the runtime ends when the process has started, and not when it has ended. @default false */
  readonly detach?: boolean | undefined;
  /** Whether it gets a terminal. With a specification, only what that says counts. @default false */
  readonly tty?: boolean | undefined;
  /** An existing cgroup below the container's, for it alone. @default the container's */
  readonly cgroup?: string | undefined;
  /** The directory it starts in. Only for a command. @default that of the container's process */
  readonly cwd?: string | undefined;
  /**
   * Environment variables besides those of the container's process; crun takes them for all there are. Only
   * for a command. Whoever may list processes sees them while it starts; a specification is read from a
   * private file. @default none
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Who runs it, as `UID` or `UID:GID`. Only for a command. @default the user of the container's process */
  readonly user?: string | undefined;
  /** Further groups; not for crun. Only for a command. @default none */
  readonly additionalGids?: readonly number[] | undefined;
  /** Capabilities besides those of the container's process, such as `CAP_KILL`. Only for a command. @default none */
  readonly capabilities?: readonly string[] | undefined;
  /** Whether set-uid programs give it nothing. Only for a command. @default as the container's process */
  readonly noNewPrivileges?: boolean | undefined;
  /** The AppArmor profile it runs under. Only for a command. @default that of the container's process */
  readonly apparmorProfile?: string | undefined;
  /** The SELinux label it runs under. Only for a command. @default that of the container's process */
  readonly selinuxLabel?: string | undefined;
}

/** How to signal a container. */
export interface RuntimeKillOptions extends RuntimeCallOptions {
  /** Whether all its processes are signalled, and not only the first. @default false */
  readonly all?: boolean | undefined;
}

/** How to delete a container. */
export interface RuntimeDeleteOptions extends RuntimeCallOptions {
  /** Whether it is killed if it runs, and no error if there is none. @default false */
  readonly force?: boolean | undefined;
}

/** How to follow the events of a container. */
export interface RuntimeEventsOptions extends RuntimeCallOptions {
  /** The time between two statistics, in milliseconds. @default 5000 */
  readonly intervalMs?: number | undefined;
}

/** What checkpoint and restore have in common; see criu(8). */
export interface CriuOptions {
  /** The directory of the image. */
  readonly imagePath: string;
  /** The directory of criu's work files and logs. @default that of the image */
  readonly workPath?: string | undefined;
  /** Whether open TCP connections are allowed. @default false */
  readonly tcpEstablished?: boolean | undefined;
  /** Whether Unix sockets to the outside are allowed. @default false */
  readonly externalUnixSockets?: boolean | undefined;
  /** Whether a terminal from the outside is allowed. @default false */
  readonly shellJob?: boolean | undefined;
  /** Whether file locks are allowed. @default false */
  readonly fileLocks?: boolean | undefined;
  /** Whether memory is restored when it is first used. @default false */
  readonly lazyPages?: boolean | undefined;
  /** Whether double memory pages of images are removed. @default false */
  readonly autoDedup?: boolean | undefined;
  /** How the state of cgroups is treated. @default 'soft' */
  readonly manageCgroupsMode?: 'soft' | 'full' | 'strict' | undefined;
  /** Namespaces that are made, but whose state is not restored. @default none */
  readonly emptyNamespaces?: readonly string[] | undefined;
}

/** How to save a container's state. */
export interface RuntimeCheckpointOptions extends RuntimeCallOptions, CriuOptions {
  /** The directory of an earlier image that this one adds to. @default none */
  readonly parentPath?: string | undefined;
  /** Whether the container runs on. @default false */
  readonly leaveRunning?: boolean | undefined;
  /** Whether only memory is saved, and the container runs on. @default false */
  readonly preDump?: boolean | undefined;
  /** The `ADDRESS:PORT` of a page server, to which memory is sent. @default none */
  readonly pageServer?: string | undefined;
}

/** How to make a container of a saved state. */
export interface RuntimeRestoreOptions
  extends CriuOptions,
    Omit<RuntimeRunOptions, 'keep' | 'noNewKeyring' | 'preserveFds'> {}

/** A container or process that was started and goes on. */
export interface Started {
  /** Its id, as this program sees it. It is no child of this program; see the README on who reaps it. */
  readonly pid: number;
  /** What the runtime logged beside that, such as warnings. */
  readonly log: readonly LogEntry[];
}

/** A container or process that was started and has ended. */
export interface Ended {
  /** The id it had. */
  readonly pid: number;
  /** Its status; 128 and the signal's number if a signal ended it. */
  readonly exitCode: number;
  /** What the runtime logged beside that: also errors, such as that of a `poststop` hook, which change no status. */
  readonly log: readonly LogEntry[];
}
