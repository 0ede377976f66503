/// <reference types="node" preserve="true" />
interface DeleteBundleOptions {
  readonly signal?: AbortSignal;
}
interface Bundle {
  readonly id: string;
  readonly path: string;
  readonly workDir: string;
  delete(options?: DeleteBundleOptions): Promise<void>;
  deleteSync(): void;
}
interface BundleRoots {
  readonly path: string | URL;
  readonly workDir: string | URL;
}
interface BundleLocation extends BundleRoots {
  readonly id: string;
}
export declare function loadBundle(location: BundleLocation): Bundle;
type Int64 = number | bigint;
export declare const RLIM_INFINITY = 18446744073709551615n;
interface LinuxResources {
  devices?: LinuxDeviceCgroup[];
  memory?: LinuxMemory;
  cpu?: LinuxCpu;
  pids?: LinuxPids;
  blockIO?: LinuxBlockIo;
  hugepageLimits?: LinuxHugepageLimit[];
  network?: LinuxNetwork;
  rdma?: Record<string, LinuxRdma>;
  unified?: Record<string, string>;
}
interface LinuxDeviceCgroup {
  allow: boolean;
  type?: 'a' | 'c' | 'b';
  major?: number;
  minor?: number;
  access?: string;
}
interface LinuxMemory {
  limit?: Int64;
  reservation?: Int64;
  swap?: Int64;
  kernel?: Int64;
  kernelTCP?: Int64;
  swappiness?: number;
  disableOOMKiller?: boolean;
  useHierarchy?: boolean;
  checkBeforeUpdate?: boolean;
}
interface LinuxCpu {
  shares?: Int64;
  quota?: Int64;
  burst?: Int64;
  period?: Int64;
  realtimeRuntime?: Int64;
  realtimePeriod?: Int64;
  cpus?: string;
  mems?: string;
  idle?: number;
}
interface LinuxPids {
  limit: Int64;
}
interface LinuxBlockIo {
  weight?: number;
  leafWeight?: number;
  weightDevice?: LinuxWeightDevice[];
  throttleReadBpsDevice?: LinuxThrottleDevice[];
  throttleWriteBpsDevice?: LinuxThrottleDevice[];
  throttleReadIOPSDevice?: LinuxThrottleDevice[];
  throttleWriteIOPSDevice?: LinuxThrottleDevice[];
}
interface LinuxWeightDevice {
  major: number;
  minor: number;
  weight?: number;
  leafWeight?: number;
}
interface LinuxThrottleDevice {
  major: number;
  minor: number;
  rate: Int64;
}
interface LinuxHugepageLimit {
  pageSize: string;
  limit: Int64;
}
interface LinuxNetwork {
  classID?: number;
  priorities?: LinuxInterfacePriority[];
}
interface LinuxInterfacePriority {
  name: string;
  priority: number;
}
interface LinuxRdma {
  hcaHandles?: number;
  hcaObjects?: number;
}
interface LinuxSeccomp {
  defaultAction: LinuxSeccompAction;
  defaultErrnoRet?: number;
  architectures?: string[];
  flags?: string[];
  listenerPath?: string;
  listenerMetadata?: string;
  syscalls?: LinuxSyscall[];
}
type LinuxSeccompAction = 'SCMP_ACT_KILL' | 'SCMP_ACT_KILL_PROCESS' | 'SCMP_ACT_KILL_THREAD' | 'SCMP_ACT_TRAP' | 'SCMP_ACT_ERRNO' | 'SCMP_ACT_TRACE' | 'SCMP_ACT_ALLOW' | 'SCMP_ACT_LOG' | 'SCMP_ACT_NOTIFY';
interface LinuxSyscall {
  names: string[];
  action: LinuxSeccompAction;
  errnoRet?: number;
  args?: LinuxSeccompArg[];
}
interface LinuxSeccompArg {
  index: number;
  value: Int64;
  valueTwo?: Int64;
  op: 'SCMP_CMP_NE' | 'SCMP_CMP_LT' | 'SCMP_CMP_LE' | 'SCMP_CMP_EQ' | 'SCMP_CMP_GE' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ';
}
interface Linux {
  namespaces?: LinuxNamespace[];
  uidMappings?: LinuxIdMapping[];
  gidMappings?: LinuxIdMapping[];
  timeOffsets?: LinuxTimeOffsets;
  devices?: LinuxDevice[];
  netDevices?: Record<string, LinuxNetDevice>;
  cgroupsPath?: string;
  resources?: LinuxResources;
  memoryPolicy?: LinuxMemoryPolicy;
  intelRdt?: LinuxIntelRdt;
  sysctl?: Record<string, string>;
  seccomp?: LinuxSeccomp;
  rootfsPropagation?: 'shared' | 'slave' | 'private' | 'unbindable';
  maskedPaths?: string[];
  readonlyPaths?: string[];
  mountLabel?: string;
  personality?: LinuxPersonality;
}
interface LinuxNamespace {
  type: LinuxNamespaceType;
  path?: string;
}
type LinuxNamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time';
interface LinuxIdMapping {
  containerID: number;
  hostID: number;
  size: number;
}
interface LinuxTimeOffsets {
  monotonic?: LinuxTimeOffset;
  boottime?: LinuxTimeOffset;
}
interface LinuxTimeOffset {
  secs?: Int64;
  nanosecs?: number;
}
interface LinuxDevice {
  path: string;
  type: 'c' | 'b' | 'u' | 'p';
  major?: number;
  minor?: number;
  fileMode?: number;
  uid?: number;
  gid?: number;
}
interface LinuxNetDevice {
  name?: string;
}
interface LinuxMemoryPolicy {
  mode: 'MPOL_DEFAULT' | 'MPOL_BIND' | 'MPOL_INTERLEAVE' | 'MPOL_WEIGHTED_INTERLEAVE' | 'MPOL_PREFERRED' | 'MPOL_PREFERRED_MANY' | 'MPOL_LOCAL';
  nodes?: string;
  flags?: ('MPOL_F_NUMA_BALANCING' | 'MPOL_F_RELATIVE_NODES' | 'MPOL_F_STATIC_NODES')[];
}
interface LinuxIntelRdt {
  closID?: string;
  schemata?: string[];
  l3CacheSchema?: string;
  memBwSchema?: string;
  enableMonitoring?: boolean;
  enableCMT?: boolean;
  enableMBM?: boolean;
}
interface LinuxPersonality {
  domain: 'LINUX' | 'LINUX32';
  flags?: string[];
}
interface Windows {
  layerFolders: string[];
  devices?: WindowsDevice[];
  resources?: WindowsResources;
  network?: WindowsNetwork;
  credentialSpec?: object;
  servicing?: boolean;
  ignoreFlushesDuringBoot?: boolean;
  hyperv?: WindowsHyperV;
}
interface WindowsDevice {
  id: string;
  idType: 'class';
}
interface WindowsResources {
  memory?: {
    limit?: Int64;
  };
  cpu?: WindowsCpu;
  storage?: {
    iops?: Int64;
    bps?: Int64;
    sandboxSize?: Int64;
  };
}
interface WindowsCpu {
  count?: Int64;
  shares?: number;
  maximum?: number;
  affinity?: {
    mask?: Int64;
    group?: number;
  }[];
}
interface WindowsNetwork {
  endpointList?: string[];
  allowUnqualifiedDNSQuery?: boolean;
  DNSSearchList?: string[];
  networkSharedContainerName?: string;
  networkNamespace?: string;
}
interface WindowsHyperV {
  utilityVMPath?: string;
}
interface Solaris {
  milestone?: string;
  limitpriv?: string;
  maxShmMemory?: string;
  cappedCPU?: {
    ncpus?: string;
  };
  cappedMemory?: {
    physical?: string;
    swap?: string;
  };
  anet?: SolarisAnet[];
}
interface SolarisAnet {
  linkname?: string;
  lowerLink?: string;
  allowedAddress?: string;
  configureAllowedAddress?: string;
  defrouter?: string;
  linkProtection?: string;
  macAddress?: string;
}
interface FreeBsd {
  devices?: FreeBsdDevice[];
  jail?: FreeBsdJail;
}
interface FreeBsdDevice {
  path: string;
  mode?: number;
}
interface FreeBsdJail {
  parent?: string;
  host?: 'new' | 'inherit';
  ip4?: 'disable' | 'new' | 'inherit';
  ip4Addr?: string[];
  ip6?: 'disable' | 'new' | 'inherit';
  ip6Addr?: string[];
  interface?: string;
  vnet?: 'new' | 'inherit';
  vnetInterfaces?: string[];
  enforceStatfs?: number;
  sysvmsg?: 'disable' | 'new' | 'inherit';
  sysvsem?: 'disable' | 'new' | 'inherit';
  sysvshm?: 'disable' | 'new' | 'inherit';
  allow?: FreeBsdJailAllow;
}
interface FreeBsdJailAllow {
  setHostname?: boolean;
  rawSockets?: boolean;
  chflags?: boolean;
  mount?: string[];
  quotas?: boolean;
  socketAf?: boolean;
  mlock?: boolean;
  reservedPorts?: boolean;
  suser?: boolean;
}
interface Vm {
  hypervisor?: {
    path: string;
    parameters?: string[];
  };
  kernel: {
    path: string;
    parameters?: string[];
    initrd?: string;
  };
  image?: {
    path: string;
    format: 'raw' | 'qcow2' | 'vdi' | 'vmdk' | 'vhd';
  };
  hwConfig?: VmHardware;
}
interface VmHardware {
  deviceTree?: string;
  vcpus?: number;
  memory?: Int64;
  dtdevs?: string[];
  iomems?: {
    firstGFN?: Int64;
    firstMFN: Int64;
    nrMFNs: Int64;
  }[];
  irqs?: number[];
}
interface Zos {
  namespaces?: ZosNamespace[];
}
interface ZosNamespace {
  type: 'pid' | 'mount' | 'ipc' | 'uts';
  path?: string;
}
interface Process {
  terminal?: boolean;
  consoleSize?: ConsoleSize;
  cwd: string;
  env?: string[];
  args?: string[];
  commandLine?: string;
  rlimits?: PosixRlimit[];
  apparmorProfile?: string;
  capabilities?: LinuxCapabilities;
  noNewPrivileges?: boolean;
  oomScoreAdj?: number;
  scheduler?: Scheduler;
  selinuxLabel?: string;
  ioPriority?: LinuxIoPriority;
  execCPUAffinity?: CpuAffinity;
  user: User;
}
interface ConsoleSize {
  height: number;
  width: number;
}
interface User {
  uid: number;
  gid: number;
  umask?: number;
  additionalGids?: number[];
  username?: string;
}
interface PosixRlimit {
  type: string;
  soft: Int64;
  hard: Int64;
}
interface LinuxCapabilities {
  bounding?: string[];
  effective?: string[];
  inheritable?: string[];
  permitted?: string[];
  ambient?: string[];
}
interface Scheduler {
  policy: string;
  nice?: number;
  priority?: number;
  flags?: string[];
  runtime?: Int64;
  deadline?: Int64;
  period?: Int64;
}
interface LinuxIoPriority {
  class: 'IOPRIO_CLASS_RT' | 'IOPRIO_CLASS_BE' | 'IOPRIO_CLASS_IDLE';
  priority?: number;
}
interface CpuAffinity {
  initial?: string;
  final?: string;
}
interface Spec {
  ociVersion: string;
  process?: Process;
  root?: Root;
  hostname?: string;
  domainname?: string;
  mounts?: SpecMount[];
  hooks?: Hooks;
  annotations?: Record<string, string>;
  linux?: Linux;
  windows?: Windows;
  solaris?: Solaris;
  freebsd?: FreeBsd;
  vm?: Vm;
  zos?: Zos;
}
interface Root {
  path: string;
  readonly?: boolean;
}
interface SpecMount {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
  uidMappings?: LinuxIdMapping[];
  gidMappings?: LinuxIdMapping[];
}
interface Hook {
  path: string;
  args?: string[];
  env?: string[];
  timeout?: number;
}
interface Hooks {
  prestart?: Hook[];
  createRuntime?: Hook[];
  createContainer?: Hook[];
  startContainer?: Hook[];
  poststart?: Hook[];
  poststop?: Hook[];
}
interface NewBundleSyncOptions extends BundleLocation {
  readonly spec: Spec | string | Uint8Array;
  readonly mode?: number;
}
interface NewBundleOptions extends NewBundleSyncOptions {
  readonly signal?: AbortSignal;
}
interface RlimitOption {
  readonly type: string;
  readonly soft: Int64 | 'unlimited';
  readonly hard: Int64 | 'unlimited';
}
interface SeccompFeatures {
  readonly linux?: {
    readonly seccomp?: {
      readonly enabled?: boolean | null | undefined;
      readonly archs?: readonly string[] | null | undefined;
    } | null | undefined;
  } | null | undefined;
}
interface DefaultSpecOptions {
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: readonly string[];
  readonly terminal?: boolean;
  readonly hostname?: string;
  readonly user?: Readonly<Omit<User, 'additionalGids'>> & {
    readonly additionalGids?: readonly number[];
  };
  readonly rootfs?: string | URL;
  readonly readonlyRootfs?: boolean;
  readonly capabilities?: readonly string[];
  readonly rlimits?: readonly RlimitOption[];
  readonly pidsLimit?: number | 'unlimited';
  readonly network?: 'private' | 'host' | (string & {});
  readonly tmpBytes?: number;
  readonly shmBytes?: number;
  readonly seccomp?: LinuxSeccomp | false;
  readonly features?: SeccompFeatures;
  readonly mounts?: readonly SpecMount[];
  readonly cgroupsPath?: string;
  readonly rootless?: boolean;
  readonly uidMappings?: readonly LinuxIdMapping[];
  readonly gidMappings?: readonly LinuxIdMapping[];
}
interface RunnableSpec extends Spec {
  process: Process;
  root: Root;
  mounts: SpecMount[];
  linux: Linux;
}
export declare function defaultSpec(options: DefaultSpecOptions): RunnableSpec;
type BundleErrorCode = 'ERR_BUNDLE_ARGUMENT' | 'ERR_BUNDLE_ID' | 'ERR_BUNDLE_NAMESPACE' | 'ERR_BUNDLE_PATH' | 'ERR_BUNDLE_SPEC' | 'ERR_BUNDLE_ROOTLESS' | 'ERR_BUNDLE_EXISTS' | 'ERR_BUNDLE_BUSY' | 'ERR_BUNDLE_DELETE';
interface BundleErrorFacts {
  readonly path?: string | undefined;
  readonly field?: string | undefined;
  readonly mounts?: readonly string[] | undefined;
  readonly errors?: readonly unknown[] | undefined;
}
export declare class BundleError extends Error {
  readonly code: BundleErrorCode;
  readonly path: string | undefined;
  readonly field: string | undefined;
  readonly mounts: readonly string[];
  readonly errors: readonly unknown[];
  constructor(code: BundleErrorCode, message: string, facts?: BundleErrorFacts & ErrorOptions);
}
export declare function validateIdentifier(id: string): string;
export declare function validateNamespace(namespace: string): string;
export declare function listBundles(roots: BundleRoots): Promise<Bundle[]>;
export declare function listBundlesSync(roots: BundleRoots): Bundle[];
export declare function loadSpec({ path }: Pick<Bundle, 'path'>): Promise<Spec>;
export declare function loadSpecSync({ path }: Pick<Bundle, 'path'>): Spec;
interface HostIds {
  readonly uid: number;
  readonly gid: number;
}
export declare function mappedRoot(spec: Spec): HostIds;
export declare function newBundle(options: NewBundleOptions): Promise<Bundle>;
export declare function newBundleSync(options: NewBundleSyncOptions): Bundle;
interface DefaultSeccompOptions {
  readonly capabilities?: readonly string[];
  readonly arch?: string;
}
export declare function defaultSeccomp(options?: DefaultSeccompOptions): LinuxSeccomp;
export declare function parseSpec(text: string): Spec;
export declare function stringifySpec(spec: Spec): string;
interface SubordinateIdsOptions {
  readonly subuid?: string | URL;
  readonly subgid?: string | URL;
}
interface IdMappings {
  readonly uidMappings: LinuxIdMapping[];
  readonly gidMappings: LinuxIdMapping[];
}
export declare function subordinateIds(options?: SubordinateIdsOptions): IdMappings;
export type { Bundle, BundleErrorCode, BundleErrorFacts, BundleLocation, BundleRoots, ConsoleSize, CpuAffinity, DefaultSeccompOptions, DefaultSpecOptions, DeleteBundleOptions, FreeBsd, FreeBsdDevice, FreeBsdJail, FreeBsdJailAllow, Hook, Hooks, HostIds, IdMappings, Int64, Linux, LinuxBlockIo, LinuxCapabilities, LinuxCpu, LinuxDevice, LinuxDeviceCgroup, LinuxHugepageLimit, LinuxIdMapping, LinuxIntelRdt, LinuxInterfacePriority, LinuxIoPriority, LinuxMemory, LinuxMemoryPolicy, LinuxNamespace, LinuxNamespaceType, LinuxNetDevice, LinuxNetwork, LinuxPersonality, LinuxPids, LinuxRdma, LinuxResources, LinuxSeccomp, LinuxSeccompAction, LinuxSeccompArg, LinuxSyscall, LinuxThrottleDevice, LinuxTimeOffset, LinuxTimeOffsets, LinuxWeightDevice, NewBundleOptions, NewBundleSyncOptions, PosixRlimit, Process, RlimitOption, Root, RunnableSpec, Scheduler, SeccompFeatures, Solaris, SolarisAnet, Spec, SpecMount, SubordinateIdsOptions, User, Vm, VmHardware, Windows, WindowsCpu, WindowsDevice, WindowsHyperV, WindowsNetwork, WindowsResources, Zos, ZosNamespace };
