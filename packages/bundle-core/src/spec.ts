/**
 * The OCI runtime specification's `config.json` for Linux, version 1.3 and older: what a runtime such as runc
 * is told about one container. It is plain data, to be changed at will before a bundle is made of it.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config.md
 */
export interface Spec {
  /** The version of the specification that the rest follows, as SemVer. */
  ociVersion: string;
  /** The container's first process; `start` needs it. */
  process?: Process;
  /** The container's root file system; required on Linux. */
  root?: Root;
  /** The host name in the container; needs a `uts` namespace. Without it, the runtime's own is kept. */
  hostname?: string;
  /** The NIS domain name in the container; needs a `uts` namespace. Since 1.1. */
  domainname?: string;
  /** What is mounted over the root file system, in this order. */
  mounts?: Mount[];
  /** Commands that run at points in the container's life. */
  hooks?: Hooks;
  /** Any metadata, by names in reverse-domain notation. Runtimes ignore what they do not know. */
  annotations?: Record<string, string>;
  /** What only Linux has. */
  linux?: Linux;
}

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
}

/** Limit of a resource. A value above `Number.MAX_SAFE_INTEGER` is not exact, so that "infinity" cannot be said. */
export interface PosixRlimit {
  /** The resource by its constant's name, such as `RLIMIT_NOFILE`. */
  type: string;
  /** The limit in force. */
  soft: number;
  /** Up to where the process may raise `soft`. */
  hard: number;
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
  runtime?: number;
  /** Nanoseconds from a period's start to its deadline, for `SCHED_DEADLINE`. */
  deadline?: number;
  /** Nanoseconds of a period, for `SCHED_DEADLINE`. */
  period?: number;
}

/** The scheduling of a process's input and output; see `ioprio_set(2)`. */
export interface LinuxIoPriority {
  /** The class: real time, best effort, or only when nobody else wants the disk. */
  class: 'IOPRIO_CLASS_RT' | 'IOPRIO_CLASS_BE' | 'IOPRIO_CLASS_IDLE';
  /** Within the class, from 0, favoured, to 7. */
  priority: number;
}

/** The CPUs of an executed process, as lists such as `0-3,7`. */
export interface CpuAffinity {
  /** Those to be on while the runtime puts it in its cgroup. */
  initial?: string;
  /** Those to be on afterwards. */
  final?: string;
}

/** The root file system. */
export interface Root {
  /** The directory that becomes `/`: absolute, or relative to the bundle. */
  path: string;
  /** Whether it is mounted read-only. @default false */
  readonly?: boolean;
}

/** A mount; see `mount(2)`. */
export interface Mount {
  /** The absolute path in the container. */
  destination: string;
  /** The kind of file system, such as `tmpfs`; `bind` or nothing for a bind mount. */
  type?: string;
  /** A device name or path on the host; for a bind mount also relative to the bundle. */
  source?: string;
  /** As in fstab, such as `ro` and `nosuid`; also `bind`, `rbind` and propagation. */
  options?: string[];
  /** How user ids on the file system are seen in the container (an id-mapped mount). Since 1.1. */
  uidMappings?: LinuxIdMapping[];
  /** How group ids on the file system are seen in the container (an id-mapped mount). Since 1.1. */
  gidMappings?: LinuxIdMapping[];
}

/** A command that the runtime runs; it gets the container's state as JSON on stdin. */
export interface Hook {
  /** The absolute path of the program. */
  path: string;
  /** All arguments, the program's name first. */
  args?: string[];
  /** `NAME=VALUE` each. */
  env?: string[];
  /** Seconds until it is ended; 1 or more. */
  timeout?: number;
}

/** Commands at points in a container's life, each list in order. */
export interface Hooks {
  /** As `createRuntime`. @deprecated use `createRuntime`, `createContainer` or `startContainer` */
  prestart?: Hook[];
  /** During `create`, when the namespaces exist and the root is not yet changed; in the runtime's namespaces. */
  createRuntime?: Hook[];
  /** During `create`, as `createRuntime`, but in the container's namespaces. */
  createContainer?: Hook[];
  /** During `start`, just before the process; in the container's namespaces. */
  startContainer?: Hook[];
  /** After the process was started; in the runtime's namespaces. */
  poststart?: Hook[];
  /** After the container was deleted; in the runtime's namespaces. */
  poststop?: Hook[];
}

/** What only Linux has. */
export interface Linux {
  /** The namespaces of the container; of a kind not listed, it shares the runtime's. */
  namespaces?: LinuxNamespace[];
  /** How user ids in the container are seen on the host; needs a `user` namespace. */
  uidMappings?: LinuxIdMapping[];
  /** How group ids in the container are seen on the host; needs a `user` namespace. */
  gidMappings?: LinuxIdMapping[];
  /** How far the clocks are moved, by name; needs a `time` namespace. Since 1.1. */
  timeOffsets?: { monotonic?: LinuxTimeOffset; boottime?: LinuxTimeOffset };
  /** Device nodes to make besides those every container gets. */
  devices?: LinuxDevice[];
  /** The devices on the network to move into the container, by their name on the host. Since 1.3. */
  netDevices?: Record<string, LinuxNetDevice>;
  /**
   * The cgroup of the container. A path is made below the mount of each controller; a relative one where the
   * runtime likes. For runtimes that go through systemd: `SLICE:PREFIX:NAME`.
   */
  cgroupsPath?: string;
  /** The limits of the cgroup. */
  resources?: LinuxResources;
  /** Resources shared between containers on Intel processors. */
  intelRdt?: LinuxIntelRdt;
  /** Kernel parameters to set in the container, by name, such as `net.ipv4.ip_forward`. */
  sysctl?: Record<string, string>;
  /** The filter of system calls. */
  seccomp?: LinuxSeccomp;
  /** How mounts made later travel between the container's root and the host. */
  rootfsPropagation?: 'shared' | 'slave' | 'private' | 'unbindable';
  /** Absolute paths that cannot be read in the container; those that do not exist are skipped. */
  maskedPaths?: string[];
  /** Absolute paths that cannot be written in the container; those that do not exist are skipped. */
  readonlyPaths?: string[];
  /** The SELinux context of the mounts. */
  mountLabel?: string;
  /** What `uname(2)` and the layout of memory pretend to be. */
  personality?: LinuxPersonality;
}

/** A namespace to make or to join. */
export interface LinuxNamespace {
  /** The kind. */
  type: LinuxNamespaceType;
  /** The absolute path of one to join, such as `/proc/PID/ns/net`; without it, a new one is made. */
  path?: string;
}

/** The kinds of namespaces; see `namespaces(7)`. `time` since 1.1. */
export type LinuxNamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time';

/** A range of ids; see `user_namespaces(7)`. */
export interface LinuxIdMapping {
  /** The first id in the container. */
  containerID: number;
  /** The first id on the host. */
  hostID: number;
  /** How many ids follow one another from there, itself included. */
  size: number;
}

/** How far a clock is moved. */
export interface LinuxTimeOffset {
  /** Whole seconds. */
  secs?: number;
  /** Further nanoseconds. */
  nanosecs?: number;
}

/** A device node to make. */
export interface LinuxDevice {
  /** The absolute path in the container. */
  path: string;
  /** Character device (`u` is unbuffered, the same), block device, or FIFO. */
  type: 'c' | 'b' | 'u' | 'p';
  /** The major number; not for a FIFO. */
  major?: number;
  /** The minor number; not for a FIFO. */
  minor?: number;
  /** The permission bits. */
  fileMode?: number;
  /** The owner, as an id in the container. */
  uid?: number;
  /** The group, as an id in the container. */
  gid?: number;
}

/** A device on the network. */
export interface LinuxNetDevice {
  /** Its name in the container, if another. */
  name?: string;
}

/** The limits of a cgroup. What is left out is not limited. */
export interface LinuxResources {
  /** Which devices may be used; later rules win. */
  devices?: LinuxDeviceCgroup[];
  /** Memory. */
  memory?: LinuxMemory;
  /** CPU time. */
  cpu?: LinuxCpu;
  /** Processes and threads. */
  pids?: LinuxPids;
  /** Input and output of block devices. */
  blockIO?: LinuxBlockIo;
  /** Huge pages, by their size. */
  hugepageLimits?: LinuxHugepageLimit[];
  /** Marks and priorities for the network's packets; cgroup v1 only. */
  network?: LinuxNetwork;
  /** Remote direct memory access, by the device's name. */
  rdma?: Record<string, LinuxRdma>;
  /** Files of cgroup v2 and what to write there, such as `memory.high`. */
  unified?: Record<string, string>;
}

/** A rule on devices. */
export interface LinuxDeviceCgroup {
  /** Whether the rule allows or denies. */
  allow: boolean;
  /** All, character or block devices. @default 'a' */
  type?: 'a' | 'c' | 'b';
  /** The major number; all when left out. */
  major?: number;
  /** The minor number; all when left out. */
  minor?: number;
  /** Of reading, writing and `mknod`, those meant, such as `rwm`. */
  access?: string;
}

/** Limits of memory, in bytes; -1 is no limit. */
export interface LinuxMemory {
  /** Memory. */
  limit?: number;
  /** Memory that is left to the container when others need some. */
  reservation?: number;
  /** Memory and swap together. */
  swap?: number;
  /** Memory of the kernel. @deprecated kernels ignore it */
  kernel?: number;
  /** Memory of the kernel for TCP; cgroup v1 only. @deprecated kernels are about to drop it */
  kernelTCP?: number;
  /** From 0 to 100, how readily memory goes to swap; cgroup v1 only. */
  swappiness?: number;
  /** Whether processes wait for memory rather than being killed; cgroup v1 only. */
  disableOOMKiller?: boolean;
  /** Whether cgroups below count as well; cgroup v1 only. */
  useHierarchy?: boolean;
  /** Whether an update to less than what is in use is refused. Since 1.1. */
  checkBeforeUpdate?: boolean;
}

/** Limits of CPU time. */
export interface LinuxCpu {
  /** The weight against other cgroups; 1024 is usual. */
  shares?: number;
  /** Microseconds of CPU in each period; -1 is no limit. */
  quota?: number;
  /** Microseconds that may be saved up for later periods. Since 1.1. */
  burst?: number;
  /** Microseconds of a period. */
  period?: number;
  /** Microseconds of real-time scheduling in each of its periods; cgroup v1 only. */
  realtimeRuntime?: number;
  /** Microseconds of a period of real-time scheduling; cgroup v1 only. */
  realtimePeriod?: number;
  /** The CPUs to run on, as a list such as `0-3,7`. */
  cpus?: string;
  /** The memory nodes to use, as a list. */
  mems?: string;
  /** 1 to run only when nobody else wants the CPU. Since 1.1. */
  idle?: number;
}

/** The limit of processes and threads. */
export interface LinuxPids {
  /** How many there may be at once; -1 is no limit. */
  limit: number;
}

/** Limits of block devices. */
export interface LinuxBlockIo {
  /** The weight against other cgroups, from 10 to 1000. */
  weight?: number;
  /** The same against the cgroups below; cgroup v1 only. */
  leafWeight?: number;
  /** Weights for single devices. */
  weightDevice?: LinuxWeightDevice[];
  /** Bytes a second that are read. */
  throttleReadBpsDevice?: LinuxThrottleDevice[];
  /** Bytes a second that are written. */
  throttleWriteBpsDevice?: LinuxThrottleDevice[];
  /** Reads a second. */
  throttleReadIOPSDevice?: LinuxThrottleDevice[];
  /** Writes a second. */
  throttleWriteIOPSDevice?: LinuxThrottleDevice[];
}

/** The weight for one block device. */
export interface LinuxWeightDevice {
  /** The major number. */
  major: number;
  /** The minor number. */
  minor: number;
  /** The weight, from 10 to 1000. */
  weight?: number;
  /** The weight against the cgroups below; cgroup v1 only. */
  leafWeight?: number;
}

/** The limit of one block device. */
export interface LinuxThrottleDevice {
  /** The major number. */
  major: number;
  /** The minor number. */
  minor: number;
  /** Bytes or operations a second. */
  rate: number;
}

/** The limit of huge pages of one size. */
export interface LinuxHugepageLimit {
  /** The size, such as `2MB`. */
  pageSize: string;
  /** Bytes in all. */
  limit: number;
}

/** Marks and priorities for the network's packets. */
export interface LinuxNetwork {
  /** The class that packets are marked with. */
  classID?: number;
  /** Priorities by interface. */
  priorities?: LinuxInterfacePriority[];
}

/** The priority of packets on one interface. */
export interface LinuxInterfacePriority {
  /** The interface, as it is called in the runtime's network namespace. */
  name: string;
  /** The priority. */
  priority: number;
}

/** Limits of remote direct memory access; at least one of them. */
export interface LinuxRdma {
  /** Handles that may be open. */
  hcaHandles?: number;
  /** Objects that may exist. */
  hcaObjects?: number;
}

/** Resources shared between containers on Intel processors. */
export interface LinuxIntelRdt {
  /** The class of service. */
  closID?: string;
  /** The bit masks of the level 3 cache, such as `L3:0=f;1=f0`. */
  l3CacheSchema?: string;
  /** The bandwidth to memory, such as `MB:0=20;1=70`. */
  memBwSchema?: string;
  /** Whether the use of the cache is watched. Since 1.1. */
  enableCMT?: boolean;
  /** Whether the bandwidth is watched. Since 1.1. */
  enableMBM?: boolean;
}

/** What `uname(2)` and the layout of memory pretend to be; see `personality(2)`. */
export interface LinuxPersonality {
  /** The execution domain. */
  domain: 'LINUX' | 'LINUX32';
  /** Further flags; none are defined. */
  flags?: string[];
}

/** The filter of system calls; see `seccomp(2)`. */
export interface LinuxSeccomp {
  /** What happens to a call without a rule. */
  defaultAction: LinuxSeccompAction;
  /** The errno of the default action, where it gives one; `EPERM` otherwise. Since 1.1. */
  defaultErrnoRet?: number;
  /** The architectures whose calls are filtered, such as `SCMP_ARCH_X86_64`; the machine's own otherwise. */
  architectures?: string[];
  /** Flags by their constants' names, such as `SECCOMP_FILTER_FLAG_LOG`. */
  flags?: string[];
  /** The socket that gets the descriptor of `SCMP_ACT_NOTIFY`. */
  listenerPath?: string;
  /** Any text that is sent to the listener along with it. */
  listenerMetadata?: string;
  /** The rules. */
  syscalls?: LinuxSyscall[];
}

/** What happens to a system call. */
export type LinuxSeccompAction =
  | 'SCMP_ACT_KILL'
  | 'SCMP_ACT_KILL_PROCESS'
  | 'SCMP_ACT_KILL_THREAD'
  | 'SCMP_ACT_TRAP'
  | 'SCMP_ACT_ERRNO'
  | 'SCMP_ACT_TRACE'
  | 'SCMP_ACT_ALLOW'
  | 'SCMP_ACT_LOG'
  | 'SCMP_ACT_NOTIFY';

/** A rule on system calls. */
export interface LinuxSyscall {
  /** The calls it is about, such as `openat`; one at least. */
  names: string[];
  /** What happens to them. */
  action: LinuxSeccompAction;
  /** The errno of the action, where it gives one; `EPERM` otherwise. */
  errnoRet?: number;
  /** What their arguments must be for the rule to apply; all of it. */
  args?: LinuxSeccompArg[];
}

/** What one argument of a system call must be. */
export interface LinuxSeccompArg {
  /** Which argument, from 0. */
  index: number;
  /** What it is compared with; the mask, for `SCMP_CMP_MASKED_EQ`. */
  value: number;
  /** What the masked argument is compared with. */
  valueTwo?: number;
  /** How they are compared. */
  op:
    | 'SCMP_CMP_NE'
    | 'SCMP_CMP_LT'
    | 'SCMP_CMP_LE'
    | 'SCMP_CMP_EQ'
    | 'SCMP_CMP_GE'
    | 'SCMP_CMP_GT'
    | 'SCMP_CMP_MASKED_EQ';
}
