/// <reference types="node" preserve="true" />
export type { Bundle } from './bundle.ts';
export type { NewBundleOptions, NewBundleSyncOptions } from './bundle-plan.ts';
export { defaultSpec, type RunnableSpec } from './default-spec/default-spec.ts';
export type { DefaultSpecOptions } from './default-spec/options.ts';
export type { RlimitOption } from './default-spec/rlimit.ts';
export type { SeccompFeatures } from './default-spec/seccomp-features.ts';
export type { DeleteBundleOptions } from './delete-bundle.ts';
export { BundleError, type BundleErrorCode, type BundleErrorFacts } from './errors.ts';
export { validateIdentifier, validateNamespace } from './identifier.ts';
export { listBundles, listBundlesSync } from './list-bundles.ts';
export { type BundleLocation, type BundleRoots, loadBundle } from './load-bundle.ts';
export { loadSpec, loadSpecSync } from './load-spec.ts';
export { type HostIds, mappedRoot } from './mapped-root.ts';
export { newBundle, newBundleSync } from './new-bundle.ts';
export { type DefaultSeccompOptions, defaultSeccomp } from './seccomp/default-seccomp.ts';
export { type Int64, RLIM_INFINITY } from './spec/int64.ts';
export type {
  Linux,
  LinuxDevice,
  LinuxIdMapping,
  LinuxIntelRdt,
  LinuxMemoryPolicy,
  LinuxNamespace,
  LinuxNamespaceType,
  LinuxNetDevice,
  LinuxPersonality,
  LinuxTimeOffset,
  LinuxTimeOffsets,
} from './spec/linux.ts';
export { parseSpec } from './spec/parse-spec.ts';
export type {
  FreeBsd,
  FreeBsdDevice,
  FreeBsdJail,
  FreeBsdJailAllow,
  Solaris,
  SolarisAnet,
  Vm,
  VmHardware,
  Windows,
  WindowsCpu,
  WindowsDevice,
  WindowsHyperV,
  WindowsNetwork,
  WindowsResources,
  Zos,
  ZosNamespace,
} from './spec/platforms.ts';
export type {
  ConsoleSize,
  CpuAffinity,
  LinuxCapabilities,
  LinuxIoPriority,
  PosixRlimit,
  Process,
  Scheduler,
  User,
} from './spec/process.ts';
export type {
  LinuxBlockIo,
  LinuxCpu,
  LinuxDeviceCgroup,
  LinuxHugepageLimit,
  LinuxInterfacePriority,
  LinuxMemory,
  LinuxNetwork,
  LinuxPids,
  LinuxRdma,
  LinuxResources,
  LinuxThrottleDevice,
  LinuxWeightDevice,
} from './spec/resources.ts';
export type {
  LinuxSeccomp,
  LinuxSeccompAction,
  LinuxSeccompArg,
  LinuxSyscall,
} from './spec/seccomp.ts';
export type { Hook, Hooks, Root, Spec, SpecMount } from './spec/spec.ts';
export { stringifySpec } from './spec/stringify-spec.ts';
export { type IdMappings, type SubordinateIdsOptions, subordinateIds } from './subordinate-ids.ts';
