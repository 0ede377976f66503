import type { Int64 } from '../json.ts';

/** A limit: a number, or that there is none. */
export type Limit = Int64 | 'unlimited';

/**
 * A process to execute, as in the OCI runtime specification (1.3, "process"). You can pass the `process` of a whole
 * specification. Other fields are passed on.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config.md#process
 */
export interface ProcessSpec {
  /** The command and its arguments. A process that is executed has at least one word. */
  readonly args?: readonly string[] | undefined;
  /** The absolute path, in the container, to start in. */
  readonly cwd: string;
  /** `NAME=VALUE` each; nothing is inherited. @default none */
  readonly env?: readonly string[] | undefined;
  /** Who runs it; root when left out. */
  readonly user?:
    | {
        /** The user id. */
        readonly uid: number;
        /** The group id. */
        readonly gid: number;
        /** The file mode bits that new files lack. */
        readonly umask?: number | undefined;
        /** Further groups. */
        readonly additionalGids?: readonly number[] | undefined;
      }
    | undefined;
  /** Whether it gets a terminal. @default false */
  readonly terminal?: boolean | undefined;
  /** The initial size of the terminal, in characters. */
  readonly consoleSize?:
    | {
        /** Lines. */
        readonly height: number;
        /** Characters in a line. */
        readonly width: number;
      }
    | undefined;
  /** The capabilities it has, by set; none when left out. */
  readonly capabilities?:
    | {
        /** The most it can ever get. */
        readonly bounding?: readonly string[] | undefined;
        /** Those in force. */
        readonly effective?: readonly string[] | undefined;
        /** Those kept by programs with inheritable file capabilities. */
        readonly inheritable?: readonly string[] | undefined;
        /** Those it may put in force. */
        readonly permitted?: readonly string[] | undefined;
        /** Those kept over an exec by other users than root. */
        readonly ambient?: readonly string[] | undefined;
      }
    | undefined;
  /** Limits of resources, as `setrlimit(2)` sets them. `'unlimited'` is 18446744073709551615, which is no limit. */
  readonly rlimits?:
    | readonly {
        /** The resource, such as `RLIMIT_NOFILE`. */
        readonly type: string;
        /** The limit in force. */
        readonly soft: Limit;
        /** Up to where the process may raise it. */
        readonly hard: Limit;
      }[]
    | undefined;
  /** Whether set-uid programs give it nothing. @default false */
  readonly noNewPrivileges?: boolean | undefined;
  /** The AppArmor profile it runs under. */
  readonly apparmorProfile?: string | undefined;
  /** The SELinux label it runs under. */
  readonly selinuxLabel?: string | undefined;
  /** From -1000, never killed, to 1000, killed first, when memory runs out. */
  readonly oomScoreAdj?: number | undefined;
  /** How the kernel schedules it, as `sched_setattr(2)` has it; times in nanoseconds. */
  readonly scheduler?:
    | {
        /** The policy, such as `SCHED_BATCH`. */
        readonly policy: string;
        /** From -20, favoured, to 19. */
        readonly nice?: number | undefined;
        /** The static priority, for `SCHED_FIFO` and `SCHED_RR`. */
        readonly priority?: number | undefined;
        /** Flags, such as `SCHED_FLAG_RESET_ON_FORK`. */
        readonly flags?: readonly string[] | undefined;
        /** The time in each period, for `SCHED_DEADLINE`. */
        readonly runtime?: Int64 | undefined;
        /** The time from a period's start to its deadline, for `SCHED_DEADLINE`. */
        readonly deadline?: Int64 | undefined;
        /** The period, for `SCHED_DEADLINE`. */
        readonly period?: Int64 | undefined;
      }
    | undefined;
  /** How its input and output is scheduled, as `ioprio_set(2)` has it. */
  readonly ioPriority?:
    | {
        /** The class, such as `IOPRIO_CLASS_IDLE`. */
        readonly class: string;
        /** Within the class, from 0, favoured, to 7. */
        readonly priority?: number | undefined;
      }
    | undefined;
  /** The CPUs it starts on and stays on, as lists such as `0-3,7`. */
  readonly execCPUAffinity?:
    | {
        /** Those to be on while the runtime puts it in its cgroup. */
        readonly initial?: string | undefined;
        /** Those to be on afterwards. */
        readonly final?: string | undefined;
      }
    | undefined;
}

/**
 * Limits of a container, as in the OCI runtime specification (1.3, "linux.resources"). You can pass the `resources` of a
 * whole specification. Missing fields stay as they are; -1 and `'unlimited'` mean no limit. A runtime ignores fields that
 * it does not change in a running container, such as `devices`. Other fields are passed on.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#control-groups
 */
export interface Resources {
  /** Memory, in bytes. */
  readonly memory?:
    | {
        /** The limit. */
        readonly limit?: Limit | undefined;
        /** What is left to the container when others need some. */
        readonly reservation?: Limit | undefined;
        /** The limit of memory and swap together. */
        readonly swap?: Limit | undefined;
        /** The kernel's. @deprecated kernels ignore it */
        readonly kernel?: Limit | undefined;
        /** The kernel's for TCP; cgroup v1 only. @deprecated */
        readonly kernelTCP?: Limit | undefined;
        /** From 0 to 100, how readily memory goes to swap; cgroup v1 only. */
        readonly swappiness?: Int64 | undefined;
        /** Whether processes wait for memory rather than being killed; cgroup v1 only. */
        readonly disableOOMKiller?: boolean | undefined;
        /** Whether cgroups below count as well; cgroup v1 only. */
        readonly useHierarchy?: boolean | undefined;
        /** Whether less than what is in use is refused. */
        readonly checkBeforeUpdate?: boolean | undefined;
      }
    | undefined;
  /** CPU time. */
  readonly cpu?:
    | {
        /** The share, relative to other containers; 1024 is usual. */
        readonly shares?: Int64 | undefined;
        /** The time in a period, in microseconds. */
        readonly quota?: Limit | undefined;
        /** What may be saved up for later periods, in microseconds. */
        readonly burst?: Int64 | undefined;
        /** The period, in microseconds. */
        readonly period?: Int64 | undefined;
        /** The realtime time in a period, in microseconds; cgroup v1 only. */
        readonly realtimeRuntime?: Int64 | undefined;
        /** The realtime period, in microseconds; cgroup v1 only. */
        readonly realtimePeriod?: Int64 | undefined;
        /** The CPUs to use, such as `0-2,7`. */
        readonly cpus?: string | undefined;
        /** The memory nodes to use. */
        readonly mems?: string | undefined;
        /** 1 to run only when nobody else wants the CPU, 0 not to. */
        readonly idle?: Int64 | undefined;
      }
    | undefined;
  /** Processes and threads. */
  readonly pids?:
    | {
        /** The limit. */
        readonly limit?: Limit | undefined;
      }
    | undefined;
  /** Input and output of block devices. */
  readonly blockIO?:
    | {
        /** The weight, relative to other containers: 10 to 1000. */
        readonly weight?: number | undefined;
        /** The same against the cgroups below; cgroup v1 only. */
        readonly leafWeight?: number | undefined;
        /** Weights of single devices. */
        readonly weightDevice?: readonly DeviceWeight[] | undefined;
        /** Bytes a second that are read. */
        readonly throttleReadBpsDevice?: readonly DeviceRate[] | undefined;
        /** Bytes a second that are written. */
        readonly throttleWriteBpsDevice?: readonly DeviceRate[] | undefined;
        /** Reads a second. */
        readonly throttleReadIOPSDevice?: readonly DeviceRate[] | undefined;
        /** Writes a second. */
        readonly throttleWriteIOPSDevice?: readonly DeviceRate[] | undefined;
      }
    | undefined;
  /** Huge pages, by their size, such as `2MB`; in bytes. */
  readonly hugepageLimits?:
    | readonly {
        /** The size. */
        readonly pageSize: string;
        /** Bytes in all. */
        readonly limit: Int64;
      }[]
    | undefined;
  /** Files of cgroup v2 and what to write there, such as `memory.high`. */
  readonly unified?: Readonly<Record<string, string>> | undefined;
  /** Which devices may be used. */
  readonly devices?: readonly object[] | undefined;
  /** Marks and priorities of the network's packets; cgroup v1 only. */
  readonly network?: object | undefined;
  /** Remote direct memory access, by the device's name. */
  readonly rdma?: Readonly<Record<string, object>> | undefined;
}

/** The weight of a block device. */
export interface DeviceWeight {
  /** Its major number. */
  readonly major: number;
  /** Its minor number. */
  readonly minor: number;
  /** The weight: 10 to 1000. */
  readonly weight?: number | undefined;
  /** The weight against the cgroups below; cgroup v1 only. */
  readonly leafWeight?: number | undefined;
}

/** The limit of a block device. */
export interface DeviceRate {
  /** Its major number. */
  readonly major: number;
  /** Its minor number. */
  readonly minor: number;
  /** Bytes or operations a second. */
  readonly rate: Int64;
}
