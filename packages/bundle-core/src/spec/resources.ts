import type { Int64 } from './int64.ts';

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
  limit?: Int64;
  /** Memory that is left to the container when others need some. */
  reservation?: Int64;
  /** Memory and swap together. */
  swap?: Int64;
  /** Memory of the kernel. @deprecated kernels ignore it */
  kernel?: Int64;
  /** Memory of the kernel for TCP; cgroup v1 only. @deprecated kernels are about to drop it */
  kernelTCP?: Int64;
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
  shares?: Int64;
  /** Microseconds of CPU in each period; -1 is no limit. */
  quota?: Int64;
  /** Microseconds that may be saved up for later periods. Since 1.1. */
  burst?: Int64;
  /** Microseconds of a period. */
  period?: Int64;
  /** Microseconds of real-time scheduling in each of its periods; cgroup v1 only. */
  realtimeRuntime?: Int64;
  /** Microseconds of a period of real-time scheduling; cgroup v1 only. */
  realtimePeriod?: Int64;
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
  limit: Int64;
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
  rate: Int64;
}

/** The limit of huge pages of one size. */
export interface LinuxHugepageLimit {
  /** The size, such as `2MB`. */
  pageSize: string;
  /** Bytes in all. */
  limit: Int64;
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
