interface DeleteOptions {
  readonly signal?: AbortSignal;
}
interface Bundle {
  readonly id: string;
  readonly path: string;
  readonly workDir: string;
  delete(options?: DeleteOptions): Promise<void>;
  deleteSync(): void;
}
interface BundleRoots {
  readonly path: string;
  readonly workDir: string;
}
interface BundleLocation extends BundleRoots {
  readonly id: string;
}
export declare function loadBundle({ id, ...roots }: BundleLocation): Bundle;
interface Spec {
  ociVersion: string;
  process?: Process;
  root?: Root;
  hostname?: string;
  domainname?: string;
  mounts?: Mount[];
  hooks?: Hooks;
  annotations?: Record<string, string>;
  linux?: Linux;
}
interface Process {
  terminal?: boolean;
  consoleSize?: ConsoleSize;
  cwd: string;
  env?: string[];
  args?: string[];
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
}
interface PosixRlimit {
  type: string;
  soft: number;
  hard: number;
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
  runtime?: number;
  deadline?: number;
  period?: number;
}
interface LinuxIoPriority {
  class: 'IOPRIO_CLASS_RT' | 'IOPRIO_CLASS_BE' | 'IOPRIO_CLASS_IDLE';
  priority: number;
}
interface CpuAffinity {
  initial?: string;
  final?: string;
}
interface Root {
  path: string;
  readonly?: boolean;
}
interface Mount {
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
interface Linux {
  namespaces?: LinuxNamespace[];
  uidMappings?: LinuxIdMapping[];
  gidMappings?: LinuxIdMapping[];
  timeOffsets?: {
    monotonic?: LinuxTimeOffset;
    boottime?: LinuxTimeOffset;
  };
  devices?: LinuxDevice[];
  netDevices?: Record<string, LinuxNetDevice>;
  cgroupsPath?: string;
  resources?: LinuxResources;
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
interface LinuxTimeOffset {
  secs?: number;
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
  limit?: number;
  reservation?: number;
  swap?: number;
  kernel?: number;
  kernelTCP?: number;
  swappiness?: number;
  disableOOMKiller?: boolean;
  useHierarchy?: boolean;
  checkBeforeUpdate?: boolean;
}
interface LinuxCpu {
  shares?: number;
  quota?: number;
  burst?: number;
  period?: number;
  realtimeRuntime?: number;
  realtimePeriod?: number;
  cpus?: string;
  mems?: string;
  idle?: number;
}
interface LinuxPids {
  limit: number;
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
  rate: number;
}
interface LinuxHugepageLimit {
  pageSize: string;
  limit: number;
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
interface LinuxIntelRdt {
  closID?: string;
  l3CacheSchema?: string;
  memBwSchema?: string;
  enableCMT?: boolean;
  enableMBM?: boolean;
}
interface LinuxPersonality {
  domain: 'LINUX' | 'LINUX32';
  flags?: string[];
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
  value: number;
  valueTwo?: number;
  op: 'SCMP_CMP_NE' | 'SCMP_CMP_LT' | 'SCMP_CMP_LE' | 'SCMP_CMP_EQ' | 'SCMP_CMP_GE' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ';
}
interface NewBundleSyncOptions extends BundleLocation {
  readonly spec: Spec | string | Uint8Array;
  readonly mode?: number;
}
interface NewBundleOptions extends NewBundleSyncOptions {
  readonly signal?: AbortSignal;
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
  readonly rootfs?: string;
  readonly readonlyRootfs?: boolean;
  readonly capabilities?: readonly string[];
  readonly rlimits?: readonly PosixRlimit[];
  readonly pidsLimit?: number;
  readonly network?: 'private' | 'host' | (string & {});
  readonly mounts?: readonly Mount[];
  readonly cgroupsPath?: string;
  readonly rootless?: boolean;
  readonly uidMappings?: readonly LinuxIdMapping[];
  readonly gidMappings?: readonly LinuxIdMapping[];
}
interface RunnableSpec extends Spec {
  process: Process;
  root: Root;
  mounts: Mount[];
  linux: Linux;
}
export declare function defaultSpec(options: DefaultSpecOptions): RunnableSpec;
type BundleErrorCode = 'ERR_BUNDLE_ID' | 'ERR_BUNDLE_NAMESPACE' | 'ERR_BUNDLE_PATH' | 'ERR_BUNDLE_SPEC' | 'ERR_BUNDLE_EXISTS' | 'ERR_BUNDLE_BUSY' | 'ERR_BUNDLE_DELETE';
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
interface HostIds {
  readonly uid: number;
  readonly gid: number;
}
export declare function mappedRoot(spec: Spec): HostIds;
export declare function newBundle(options: NewBundleOptions): Promise<Bundle>;
export declare function newBundleSync(options: NewBundleSyncOptions): Bundle;
export type { Bundle, BundleErrorCode, BundleErrorFacts, BundleLocation, BundleRoots, ConsoleSize, CpuAffinity, DefaultSpecOptions, DeleteOptions, Hook, Hooks, HostIds, Linux, LinuxBlockIo, LinuxCapabilities, LinuxCpu, LinuxDevice, LinuxDeviceCgroup, LinuxHugepageLimit, LinuxIdMapping, LinuxIntelRdt, LinuxInterfacePriority, LinuxIoPriority, LinuxMemory, LinuxNamespace, LinuxNamespaceType, LinuxNetDevice, LinuxNetwork, LinuxPersonality, LinuxPids, LinuxRdma, LinuxResources, LinuxSeccomp, LinuxSeccompAction, LinuxSeccompArg, LinuxSyscall, LinuxThrottleDevice, LinuxTimeOffset, LinuxWeightDevice, Mount, NewBundleOptions, NewBundleSyncOptions, PosixRlimit, Process, Root, RunnableSpec, Scheduler, Spec, User };
