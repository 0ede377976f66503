import { describe, expectTypeOf, test } from 'vitest';
import type { Linux, LinuxIntelRdt, LinuxMemoryPolicy, LinuxNetDevice } from './linux.ts';
import type {
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
  WindowsHyperV,
  WindowsNetwork,
  Zos,
  ZosNamespace,
} from './platforms.ts';
import type { Process, Scheduler, User } from './process.ts';
import type { LinuxCpu, LinuxMemory, LinuxResources } from './resources.ts';
import type { LinuxSeccomp, LinuxSyscall } from './seccomp.ts';
import type { Hooks, Spec, SpecMount } from './spec.ts';

// The names are facts of the JSON schema of runtime-spec 1.3.0, in its files of the same names. The compiler compares.

describe('the names in a spec are those of the specification', () => {
  test('config-schema.json', () => {
    expectTypeOf<keyof Spec>().toEqualTypeOf<
      | ('ociVersion' | 'hooks' | 'annotations' | 'hostname' | 'domainname' | 'mounts' | 'root' | 'process')
      | ('linux' | 'solaris' | 'windows' | 'vm' | 'zos' | 'freebsd')
    >();
    expectTypeOf<keyof Process>().toEqualTypeOf<
      | ('args' | 'commandLine' | 'consoleSize' | 'cwd' | 'env' | 'terminal' | 'user' | 'capabilities')
      | ('apparmorProfile' | 'oomScoreAdj' | 'selinuxLabel' | 'ioPriority' | 'noNewPrivileges')
      | ('scheduler' | 'rlimits' | 'execCPUAffinity')
    >();
    expectTypeOf<keyof User>().toEqualTypeOf<'uid' | 'gid' | 'umask' | 'additionalGids' | 'username'>();
    expectTypeOf<keyof Scheduler>().toEqualTypeOf<
      'policy' | 'nice' | 'priority' | 'flags' | 'runtime' | 'deadline' | 'period'
    >();
    expectTypeOf<keyof Hooks>().toEqualTypeOf<
      'prestart' | 'createRuntime' | 'createContainer' | 'startContainer' | 'poststart' | 'poststop'
    >();
    expectTypeOf<keyof SpecMount>().toEqualTypeOf<
      'destination' | 'type' | 'source' | 'options' | 'uidMappings' | 'gidMappings'
    >();
  });

  test('config-linux.json and defs-linux.json', () => {
    expectTypeOf<keyof Linux>().toEqualTypeOf<
      | (
          | 'devices'
          | 'netDevices'
          | 'uidMappings'
          | 'gidMappings'
          | 'namespaces'
          | 'resources'
          | 'cgroupsPath'
        )
      | ('rootfsPropagation' | 'seccomp' | 'sysctl' | 'maskedPaths' | 'readonlyPaths' | 'mountLabel')
      | ('memoryPolicy' | 'intelRdt' | 'personality' | 'timeOffsets')
    >();
    expectTypeOf<keyof LinuxNetDevice>().toEqualTypeOf<'name'>();
    expectTypeOf<keyof LinuxMemoryPolicy>().toEqualTypeOf<'mode' | 'nodes' | 'flags'>();
    expectTypeOf<keyof LinuxIntelRdt>().toEqualTypeOf<
      | ('closID' | 'schemata' | 'l3CacheSchema' | 'memBwSchema' | 'enableMonitoring')
      | ('enableCMT' | 'enableMBM') // of 1.1 and 1.2
    >();
    expectTypeOf<LinuxIntelRdt['schemata']>().toEqualTypeOf<string[] | undefined>();
    expectTypeOf<LinuxIntelRdt['enableMonitoring']>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<keyof LinuxResources>().toEqualTypeOf<
      ('devices' | 'pids' | 'blockIO' | 'cpu' | 'hugepageLimits' | 'memory' | 'network' | 'rdma') | 'unified'
    >();
    expectTypeOf<keyof LinuxCpu>().toEqualTypeOf<
      | ('cpus' | 'mems' | 'period' | 'quota' | 'burst' | 'realtimePeriod' | 'realtimeRuntime' | 'shares')
      | 'idle'
    >();
    expectTypeOf<keyof LinuxMemory>().toEqualTypeOf<
      | ('kernel' | 'kernelTCP' | 'limit' | 'reservation' | 'swap' | 'swappiness' | 'disableOOMKiller')
      | ('useHierarchy' | 'checkBeforeUpdate')
    >();
    expectTypeOf<keyof LinuxSeccomp>().toEqualTypeOf<
      | ('defaultAction' | 'defaultErrnoRet' | 'flags' | 'listenerPath' | 'listenerMetadata')
      | ('architectures' | 'syscalls')
    >();
    expectTypeOf<keyof LinuxSyscall>().toEqualTypeOf<'names' | 'action' | 'errnoRet' | 'args'>();
  });

  test('config-freebsd.json and defs-freebsd.json', () => {
    expectTypeOf<keyof FreeBsd>().toEqualTypeOf<'devices' | 'jail'>();
    expectTypeOf<keyof FreeBsdDevice>().toEqualTypeOf<'path' | 'mode'>();
    expectTypeOf<FreeBsdDevice['mode']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<keyof FreeBsdJail>().toEqualTypeOf<
      | ('parent' | 'host' | 'ip4' | 'ip4Addr' | 'ip6' | 'ip6Addr' | 'vnet' | 'interface' | 'vnetInterfaces')
      | ('sysvmsg' | 'sysvsem' | 'sysvshm' | 'enforceStatfs' | 'allow')
    >();
    expectTypeOf<FreeBsdJail['host']>().toEqualTypeOf<'new' | 'inherit' | undefined>();
    expectTypeOf<FreeBsdJail['vnet']>().toEqualTypeOf<'new' | 'inherit' | undefined>();
    expectTypeOf<FreeBsdJail['ip4']>().toEqualTypeOf<'disable' | 'new' | 'inherit' | undefined>();
    expectTypeOf<keyof FreeBsdJailAllow>().toEqualTypeOf<
      | ('setHostname' | 'rawSockets' | 'chflags' | 'mount' | 'quotas' | 'socketAf' | 'mlock')
      | ('reservedPorts' | 'suser')
    >();
  });

  test('config-vm.json and defs-vm.json', () => {
    expectTypeOf<keyof Vm>().toEqualTypeOf<'hypervisor' | 'kernel' | 'image' | 'hwConfig'>();
    expectTypeOf<keyof Vm['kernel']>().toEqualTypeOf<'path' | 'parameters' | 'initrd'>();
    expectTypeOf<keyof VmHardware>().toEqualTypeOf<
      'deviceTree' | 'vcpus' | 'memory' | 'dtdevs' | 'iomems' | 'irqs'
    >();
    expectTypeOf<keyof NonNullable<VmHardware['iomems']>[number]>().toEqualTypeOf<
      'firstGFN' | 'firstMFN' | 'nrMFNs'
    >();
    expectTypeOf<{ firstMFN: bigint; nrMFNs: number }>().toExtend<
      NonNullable<VmHardware['iomems']>[number] // with one of its addresses left out
    >();
    expectTypeOf<{ firstGFN: number; nrMFNs: number }>().not.toExtend<
      NonNullable<VmHardware['iomems']>[number]
    >();
  });

  test('config-windows.json and defs-windows.json', () => {
    expectTypeOf<keyof Windows>().toEqualTypeOf<
      | ('layerFolders' | 'devices' | 'resources' | 'network' | 'credentialSpec' | 'servicing')
      | ('ignoreFlushesDuringBoot' | 'hyperv')
    >();
    expectTypeOf<keyof WindowsCpu>().toEqualTypeOf<'count' | 'shares' | 'maximum' | 'affinity'>();
    expectTypeOf<keyof WindowsHyperV>().toEqualTypeOf<'utilityVMPath'>();
    expectTypeOf<keyof WindowsNetwork>().toEqualTypeOf<
      | ('endpointList' | 'allowUnqualifiedDNSQuery' | 'DNSSearchList' | 'networkSharedContainerName')
      | 'networkNamespace'
    >();
  });

  test('config-solaris.json and config-zos.json', () => {
    expectTypeOf<keyof Solaris>().toEqualTypeOf<
      'milestone' | 'limitpriv' | 'maxShmMemory' | 'cappedCPU' | 'cappedMemory' | 'anet'
    >();
    expectTypeOf<keyof SolarisAnet>().toEqualTypeOf<
      | ('linkname' | 'lowerLink' | 'allowedAddress' | 'configureAllowedAddress' | 'defrouter')
      | ('macAddress' | 'linkProtection')
    >();
    expectTypeOf<keyof Zos>().toEqualTypeOf<'namespaces'>();
    expectTypeOf<keyof ZosNamespace>().toEqualTypeOf<'type' | 'path'>();
  });
});
