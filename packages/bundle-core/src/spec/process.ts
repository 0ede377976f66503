import type { Int64 } from './int64.ts';

/** A process in the container: its first, or one executed later. */
export interface Process {
  /** Whether it gets a pseudo-terminal as its stdio. @default false */
  terminal?: boolean;
  /** The initial size of the terminal. */
  consoleSize?: ConsoleSize;
  /** The absolute path, in the container, to start in. */
  cwd: string;
  /** `NAME=VALUE` each. The environment of the runtime is not inherited. */
  env?: string[];
  /** The command and its arguments; without a slash, the command is looked up on the `PATH` of `env`. */
  args?: string[];
  /** The whole command line in one; only Windows has it, instead of `args`. */
  commandLine?: string;
  /** Limits of resources, as `setrlimit(2)` sets them; one of a type. */
  rlimits?: PosixRlimit[];
  /** The name of the AppArmor profile it runs under. */
  apparmorProfile?: string;
  /** The sets of capabilities it starts with; none when left out. */
  capabilities?: LinuxCapabilities;
  /** Whether set-uid programs and file capabilities give it nothing. @default false */
  noNewPrivileges?: boolean;
  /** From -1000, never killed, to 1000, killed first, when memory runs out. */
  oomScoreAdj?: number;
  /** How the kernel schedules it. Since 1.2. */
  scheduler?: Scheduler;
  /** The SELinux label it runs under. */
  selinuxLabel?: string;
  /** How its input and output is scheduled. Since 1.2. */
  ioPriority?: LinuxIoPriority;
  /** The CPUs that an executed process starts on and stays on. Since 1.2. */
  execCPUAffinity?: CpuAffinity;
  /** The user and groups it runs as. */
  user: User;
}

/** The size of a terminal. */
export interface ConsoleSize {
  /** Lines. */
  height: number;
  /** Characters in a line. */
  width: number;
}

/** The user and groups of a process, as ids in the container. */
export interface User {
  /** The user id. Runtimes pass it on as a signed number: keep to at most 2147483647. */
  uid: number;
  /** The group id. Runtimes pass it on as a signed number: keep to at most 2147483647. */
  gid: number;
  /** The file mode bits that new files lack; without it, the runtime's default. */
  umask?: number;
  /** Further groups. */
  additionalGids?: number[];
  /** The user's name; only Windows has it, instead of ids. */
  username?: string;
}

/** A limit of a resource. */
export interface PosixRlimit {
  /** The resource by its constant's name, such as `RLIMIT_NOFILE`. */
  type: string;
  /** The limit in force; `RLIM_INFINITY` is none. */
  soft: Int64;
  /** Up to where the process may raise `soft`; `RLIM_INFINITY` is no limit. */
  hard: Int64;
}

/** Capabilities by set, each by its constant's name, such as `CAP_KILL`; see `capabilities(7)`. */
export interface LinuxCapabilities {
  /** The most that any process in the container can ever get. */
  bounding?: string[];
  /** Those in force. */
  effective?: string[];
  /** Those kept by programs with inheritable file capabilities (keep it empty: CVE-2022-24769). */
  inheritable?: string[];
  /** Those the process may put in force. */
  permitted?: string[];
  /** Those kept over an exec by other users than root. */
  ambient?: string[];
}

/** The scheduling of a process; see `sched_setattr(2)`. */
export interface Scheduler {
  /** The policy by its constant's name, such as `SCHED_BATCH`. */
  policy: string;
  /** From -20, favoured, to 19; for `SCHED_OTHER` and `SCHED_BATCH`. */
  nice?: number;
  /** The static priority, for `SCHED_FIFO` and `SCHED_RR`. */
  priority?: number;
  /** Flags by their constants' names, such as `SCHED_FLAG_RESET_ON_FORK`. */
  flags?: string[];
  /** Nanoseconds of CPU in each period, for `SCHED_DEADLINE`. */
  runtime?: Int64;
  /** Nanoseconds from a period's start to its deadline, for `SCHED_DEADLINE`. */
  deadline?: Int64;
  /** Nanoseconds of a period, for `SCHED_DEADLINE`. */
  period?: Int64;
}

/** The scheduling of a process's input and output; see `ioprio_set(2)`. */
export interface LinuxIoPriority {
  /** The class: real time, best effort, or only when nobody else wants the disk. */
  class: 'IOPRIO_CLASS_RT' | 'IOPRIO_CLASS_BE' | 'IOPRIO_CLASS_IDLE';
  /** Within the class, from 0, favoured, to 7. @default 0 */
  priority?: number;
}

/** The CPUs of an executed process, as lists such as `0-3,7`. */
export interface CpuAffinity {
  /** Those to be on while the runtime puts it in its cgroup. */
  initial?: string;
  /** Those to be on afterwards. */
  final?: string;
}
