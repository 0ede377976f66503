import type { Int64 } from './int64.ts';

/** What only Windows has. */
export interface Windows {
  /** The directories of the image's layers, the topmost last but for the container's own; one at least. */
  layerFolders: string[];
  /** The devices of the host that the container sees. */
  devices?: WindowsDevice[];
  /** Limits of resources. */
  resources?: WindowsResources;
  /** The network. */
  network?: WindowsNetwork;
  /** The account that a group manages, as its own JSON describes it. */
  credentialSpec?: object;
  /** Whether the container only takes in an update of Windows. */
  servicing?: boolean;
  /** Whether the disk's flushes are ignored while it boots. */
  ignoreFlushesDuringBoot?: boolean;
  /** That it runs in a virtual machine of Hyper-V. */
  hyperv?: WindowsHyperV;
}

/** A device of the host. */
export interface WindowsDevice {
  /** Which one, in the terms of `idType`. */
  id: string;
  /** What the id is: the GUID of a class of interfaces. */
  idType: 'class';
}

/** Limits of resources. */
export interface WindowsResources {
  /** Memory. */
  memory?: { limit?: Int64 };
  /** Processors: by their number, a weight, or a share of 10000, of which only one is used. */
  cpu?: WindowsCpu;
  /** The system's disk: operations a second, bytes a second, and its size in bytes. */
  storage?: { iops?: Int64; bps?: Int64; sandboxSize?: Int64 };
}

/** Limits of processors. */
export interface WindowsCpu {
  /** How many of them. */
  count?: Int64;
  /** The weight against other containers. */
  shares?: number;
  /** The share of all processors' time, in hundredths of a percent. */
  maximum?: number;
  /** Which of them, by groups of processors. */
  affinity?: { mask?: Int64; group?: number }[];
}

/** The network. */
export interface WindowsNetwork {
  /** The endpoints to connect to. */
  endpointList?: string[];
  /** Whether names without a domain are looked up. */
  allowUnqualifiedDNSQuery?: boolean;
  /** The domains that a name is looked up in. */
  DNSSearchList?: string[];
  /** The container whose network is shared. */
  networkSharedContainerName?: string;
  /** The network namespace. */
  networkNamespace?: string;
}

/** The virtual machine of a container of Windows. */
export interface WindowsHyperV {
  /** The image that it boots. */
  utilityVMPath?: string;
}

/** What only Solaris has; see `zonecfg(1M)`. */
export interface Solaris {
  /** The service that must be up before the process starts. */
  milestone?: string;
  /** The privileges that processes may have at most. */
  limitpriv?: string;
  /** The most of shared memory. */
  maxShmMemory?: string;
  /** The most of CPU time. */
  cappedCPU?: { ncpus?: string };
  /** The most of memory. */
  cappedMemory?: { physical?: string; swap?: string };
  /** The network devices to make. */
  anet?: SolarisAnet[];
}

/** A network device to make. */
export interface SolarisAnet {
  /** Its name. */
  linkname?: string;
  /** The device it is made on. */
  lowerLink?: string;
  /** The addresses it may have. */
  allowedAddress?: string;
  /** Whether it is given those addresses. */
  configureAllowedAddress?: string;
  /** The router. */
  defrouter?: string;
  /** What it is protected from. */
  linkProtection?: string;
  /** The hardware address. */
  macAddress?: string;
}

/** What only FreeBSD has; see `jail(8)`. Since 1.3. */
export interface FreeBsd {
  /** The devices that the container sees besides the usual ones. */
  devices?: FreeBsdDevice[];
  /** The jail. */
  jail?: FreeBsdJail;
}

/** A device in a container of FreeBSD. */
export interface FreeBsdDevice {
  /** Its path below `/dev`. */
  path: string;
  /** The permission bits. */
  mode?: number;
}

/** The jail of a container of FreeBSD. What it may inherit is the host's. */
export interface FreeBsdJail {
  /** The jail that this one is made in. */
  parent?: string;
  /** The host name. */
  host?: 'new' | 'inherit';
  /** IPv4 addresses: none, its own, or the host's. */
  ip4?: 'disable' | 'new' | 'inherit';
  /** The IPv4 addresses. */
  ip4Addr?: string[];
  /** IPv6 addresses: none, its own, or the host's. */
  ip6?: 'disable' | 'new' | 'inherit';
  /** The IPv6 addresses. */
  ip6Addr?: string[];
  /** The network device that gets its addresses. */
  interface?: string;
  /** The network stack. */
  vnet?: 'new' | 'inherit';
  /** The network devices to move into it. */
  vnetInterfaces?: string[];
  /** What it sees of the mounts: 0 all, 1 those below its root, 2 its root. */
  enforceStatfs?: number;
  /** Messages of System V. */
  sysvmsg?: 'disable' | 'new' | 'inherit';
  /** Semaphores of System V. */
  sysvsem?: 'disable' | 'new' | 'inherit';
  /** Shared memory of System V. */
  sysvshm?: 'disable' | 'new' | 'inherit';
  /** What is allowed in it. */
  allow?: FreeBsdJailAllow;
}

/** What is allowed in a jail. */
export interface FreeBsdJailAllow {
  /** To set the host name. */
  setHostname?: boolean;
  /** Raw sockets. */
  rawSockets?: boolean;
  /** To set the flags of files. */
  chflags?: boolean;
  /** The kinds of file systems that may be mounted. */
  mount?: string[];
  /** To administer quotas. */
  quotas?: boolean;
  /** Sockets beyond those of IP, local ones and routes. */
  socketAf?: boolean;
  /** To lock memory. */
  mlock?: boolean;
  /** To bind ports below 1024. */
  reservedPorts?: boolean;
  /** That its root is treated as one. */
  suser?: boolean;
}

/** What containers in a virtual machine of their own have. */
export interface Vm {
  /** The program that runs the machine. */
  hypervisor?: { path: string; parameters?: string[] };
  /** The kernel that it boots. */
  kernel: { path: string; parameters?: string[]; initrd?: string };
  /** The image of its root. */
  image?: { path: string; format: 'raw' | 'qcow2' | 'vdi' | 'vmdk' | 'vhd' };
  /** The hardware. Since 1.3. */
  hwConfig?: VmHardware;
}

/** The hardware of a virtual machine. */
export interface VmHardware {
  /** The file of its device tree. */
  deviceTree?: string;
  /** How many processors. */
  vcpus?: number;
  /** Bytes of memory. */
  memory?: Int64;
  /** The host's devices by their paths in the host's device tree. */
  dtdevs?: string[];
  /** The host's memory of devices to map, in pages: where in the machine, where on the host, how many. */
  iomems?: { firstGFN?: Int64; firstMFN: Int64; nrMFNs: Int64 }[];
  /** The host's interrupts to pass on. */
  irqs?: number[];
}

/** What only z/OS has. */
export interface Zos {
  /** The namespaces of the container. */
  namespaces?: ZosNamespace[];
}

/** A namespace of z/OS to make or to join. */
export interface ZosNamespace {
  /** The kind. */
  type: 'pid' | 'mount' | 'ipc' | 'uts';
  /** The path of one to join; without it, a new one is made. */
  path?: string;
}
