export type { Bundle, DeleteOptions } from './bundle.ts';
export type { NewBundleOptions, NewBundleSyncOptions } from './bundle-plan.ts';
export { type DefaultSpecOptions, defaultSpec, type RunnableSpec } from './default-spec.ts';
export { BundleError, type BundleErrorCode, type BundleErrorFacts } from './errors.ts';
export { validateIdentifier, validateNamespace } from './identifier.ts';
export { listBundles, listBundlesSync } from './list-bundles.ts';
export { type BundleLocation, type BundleRoots, loadBundle } from './load-bundle.ts';
export { type HostIds, mappedRoot } from './mapped-root.ts';
export { newBundle, newBundleSync } from './new-bundle.ts';
export type {
  ConsoleSize,
  CpuAffinity,
  Hook,
  Hooks,
  Linux,
  LinuxBlockIo,
  LinuxCapabilities,
  LinuxCpu,
  LinuxDevice,
  LinuxDeviceCgroup,
  LinuxHugepageLimit,
  LinuxIdMapping,
  LinuxIntelRdt,
  LinuxInterfacePriority,
  LinuxIoPriority,
  LinuxMemory,
  LinuxNamespace,
  LinuxNamespaceType,
  LinuxNetDevice,
  LinuxNetwork,
  LinuxPersonality,
  LinuxPids,
  LinuxRdma,
  LinuxResources,
  LinuxSeccomp,
  LinuxSeccompAction,
  LinuxSeccompArg,
  LinuxSyscall,
  LinuxThrottleDevice,
  LinuxTimeOffset,
  LinuxWeightDevice,
  Mount,
  PosixRlimit,
  Process,
  Root,
  Scheduler,
  Spec,
  User,
} from './spec.ts';
