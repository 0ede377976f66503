/** A process to execute, as the OCI runtime specification (1.2, "process") has it: what there is beyond is passed on. */
export interface ProcessSpec {
  /** The command and its arguments. */
  readonly args: readonly string[];
  /** The absolute path, in the container, to start in. */
  readonly cwd: string;
  /** `NAME=VALUE` each; nothing is inherited. @default none */
  readonly env?: readonly string[];
  /** Who runs it; root when left out. */
  readonly user?: {
    /** The user id. */
    readonly uid: number;
    /** The group id. */
    readonly gid: number;
    /** The file mode bits that new files lack. */
    readonly umask?: number;
    /** Further groups. */
    readonly additionalGids?: readonly number[];
  };
  /** Whether it gets a terminal. @default false */
  readonly terminal?: boolean;
  /** The capabilities it has, by set; none when left out. */
  readonly capabilities?: {
    /** The most it can ever get. */
    readonly bounding?: readonly string[];
    /** Those in force. */
    readonly effective?: readonly string[];
    /** Those kept by programs with inheritable file capabilities. */
    readonly inheritable?: readonly string[];
    /** Those it may put in force. */
    readonly permitted?: readonly string[];
    /** Those kept over an exec by other users than root. */
    readonly ambient?: readonly string[];
  };
  /** Whether set-uid programs give it nothing. @default false */
  readonly noNewPrivileges?: boolean;
  /** From -1000, never killed, to 1000, killed first, when memory runs out. */
  readonly oomScoreAdj?: number;
}

/** Limits of a container, as the OCI runtime specification has them. What is left out stays as it is; -1 is no limit. */
export interface Resources {
  /** Memory, in bytes. */
  readonly memory?: {
    /** The limit. */
    readonly limit?: number;
    /** What is left to the container when others need some. */
    readonly reservation?: number;
    /** The limit of memory and swap together. */
    readonly swap?: number;
  };
  /** CPU time. */
  readonly cpu?: {
    /** The share, relative to other containers; 1024 is usual. */
    readonly shares?: number;
    /** The time in a period, in microseconds. */
    readonly quota?: number;
    /** The period, in microseconds. */
    readonly period?: number;
    /** The realtime time in a period, in microseconds. */
    readonly realtimeRuntime?: number;
    /** The realtime period, in microseconds. */
    readonly realtimePeriod?: number;
    /** The CPUs to use, such as `0-2,7`. */
    readonly cpus?: string;
    /** The memory nodes to use. */
    readonly mems?: string;
  };
  /** Processes and threads. */
  readonly pids?: {
    /** The limit. */
    readonly limit: number;
  };
  /** Input and output of block devices. */
  readonly blockIO?: {
    /** The weight, relative to other containers: 10 to 1000. */
    readonly weight?: number;
  };
}
