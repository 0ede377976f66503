import type { Int64 } from './int64.ts';
import type { LinuxResources } from './resources.ts';
import type { LinuxSeccomp } from './seccomp.ts';

/** What only Linux has. */
export interface Linux {
  /** The namespaces of the container; of a kind not listed, it shares the runtime's. */
  namespaces?: LinuxNamespace[];
  /** How user ids in the container are seen on the host; needs a `user` namespace. */
  uidMappings?: LinuxIdMapping[];
  /** How group ids in the container are seen on the host; needs a `user` namespace. */
  gidMappings?: LinuxIdMapping[];
  /** How far the clocks are moved, by name; needs a `time` namespace. Since 1.1. */
  timeOffsets?: LinuxTimeOffsets;
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
  /** From which memory nodes the container's memory comes. Since 1.3. */
  memoryPolicy?: LinuxMemoryPolicy;
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

/** How far each clock is moved. */
export interface LinuxTimeOffsets {
  /** The clock that counts from some moment in the past. */
  monotonic?: LinuxTimeOffset;
  /** The clock that counts from when the machine booted. */
  boottime?: LinuxTimeOffset;
}

/** How far a clock is moved. */
export interface LinuxTimeOffset {
  /** Whole seconds. */
  secs?: Int64;
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

/** From which memory nodes memory comes; see `set_mempolicy(2)`. */
export interface LinuxMemoryPolicy {
  /** The policy by its constant's name. */
  mode:
    | 'MPOL_DEFAULT'
    | 'MPOL_BIND'
    | 'MPOL_INTERLEAVE'
    | 'MPOL_WEIGHTED_INTERLEAVE'
    | 'MPOL_PREFERRED'
    | 'MPOL_PREFERRED_MANY'
    | 'MPOL_LOCAL';
  /** The nodes, as a list such as `0-3,7`; not for `MPOL_DEFAULT` and `MPOL_LOCAL`. */
  nodes?: string;
  /** Further flags by their constants' names. */
  flags?: ('MPOL_F_NUMA_BALANCING' | 'MPOL_F_RELATIVE_NODES' | 'MPOL_F_STATIC_NODES')[];
}

/** Resources shared between containers on Intel processors; see the kernel's `resctrl`. */
export interface LinuxIntelRdt {
  /** The class of service. */
  closID?: string;
  /** The lines to write to `schemata`, such as `L3:0=f;1=f0`, as they are; they replace what the next two say. Since 1.3. */
  schemata?: string[];
  /** The bit masks of the level 3 cache, such as `L3:0=f;1=f0`. */
  l3CacheSchema?: string;
  /** The bandwidth to memory, such as `MB:0=20;1=70`. */
  memBwSchema?: string;
  /** Whether the container is watched by itself. Since 1.3. */
  enableMonitoring?: boolean;
  /** Whether the use of the cache is watched. @deprecated only in 1.1 and 1.2: use `enableMonitoring` */
  enableCMT?: boolean;
  /** Whether the bandwidth is watched. @deprecated only in 1.1 and 1.2: use `enableMonitoring` */
  enableMBM?: boolean;
}

/** What `uname(2)` and the layout of memory pretend to be; see `personality(2)`. */
export interface LinuxPersonality {
  /** The execution domain. */
  domain: 'LINUX' | 'LINUX32';
  /** Further flags; none are defined. */
  flags?: string[];
}
