import { checkAbsolutePath, checkPlain, checkText, checkWhole } from '../checks/option-value.ts';
import { defaultSeccomp } from '../seccomp/default-seccomp.ts';
import { invalidValue } from '../spec/invalid-value.ts';
import type { Linux, LinuxNamespace } from '../spec/linux.ts';
import type { LinuxResources } from '../spec/resources.ts';
import type { LinuxSeccomp } from '../spec/seccomp.ts';
import { isRootless, type Mappings } from './mappings.ts';
import { sharesSys } from './mounts-of.ts';
import type { DefaultSpecOptions } from './options.ts';
import { capabilitiesOf } from './process-of.ts';
import { seccompFor } from './seccomp-features.ts';

// What tells about the host or other containers, or about the secrets in its caches, and needs no namespace.
const MASKED_PATHS = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];

// What changes the host.
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** What only Linux has. */
export function linuxOf(options: DefaultSpecOptions, mapped: Mappings): Linux {
  const { cgroupsPath } = options;
  const resources = resourcesOf(options);
  const seccomp = seccompOf(options);
  return {
    namespaces: namespacesOf(options, mapped),
    ...(mapped && { uidMappings: [...mapped.uids], gidMappings: [...mapped.gids] }),
    ...(cgroupsPath !== undefined && { cgroupsPath: checkCgroupsPath(cgroupsPath) }),
    ...(resources && { resources }),
    ...(seccomp && { seccomp }),
    maskedPaths: maskedPathsOf(options, mapped),
    readonlyPaths: [...READONLY_PATHS],
  };
}

function namespacesOf({ network = 'private' }: DefaultSpecOptions, mapped: Mappings): LinuxNamespace[] {
  const namespaces: LinuxNamespace[] = [
    { type: 'pid' },
    { type: 'ipc' },
    { type: 'uts' },
    { type: 'mount' },
    { type: 'cgroup' },
  ];
  if (network === 'private') namespaces.push({ type: 'network' });
  else if (network !== 'host')
    namespaces.push({ type: 'network', path: checkAbsolutePath(network, 'network') });
  if (mapped) namespaces.push({ type: 'user' });
  return namespaces;
}

function resourcesOf(options: DefaultSpecOptions): LinuxResources | undefined {
  const { pidsLimit } = options;
  // Rules on devices are root's to make; in a user namespace there are no devices but the harmless ones anyway.
  if (isRootless(options))
    return pidsLimit === undefined ? undefined : { pids: { limit: pidsOf(pidsLimit) } };
  return { devices: [{ allow: false, access: 'rwm' }], pids: { limit: pidsOf(pidsLimit ?? 2048) } };
}

function pidsOf(pidsLimit: number | 'unlimited'): number {
  return pidsLimit === Infinity || pidsLimit === 'unlimited'
    ? -1
    : checkWhole(pidsLimit, 'pidsLimit', 1, Number.MAX_SAFE_INTEGER);
}

function seccompOf(options: DefaultSpecOptions): LinuxSeccomp | undefined {
  const { seccomp, features } = options;
  if (seccomp === false) return undefined;
  if (seccomp !== undefined) return checkPlain(seccomp, 'seccomp');
  return seccompFor(features, defaultSeccomp({ capabilities: capabilitiesOf(options) }));
}

function maskedPathsOf(options: DefaultSpecOptions, mapped: Mappings): string[] {
  // A shared /sys brings the host's cgroups along, and some of those may be the user's to write.
  return sharesSys(options, mapped) ? [...MASKED_PATHS, '/sys/fs/cgroup'] : [...MASKED_PATHS];
}

function checkCgroupsPath(cgroupsPath: string): string {
  const path = checkText(cgroupsPath, 'linux.cgroupsPath');
  if (path !== '' && !path.split('/').includes('..')) return path;
  throw invalidValue('linux.cgroupsPath', `${JSON.stringify(path)} is empty or climbs`);
}
