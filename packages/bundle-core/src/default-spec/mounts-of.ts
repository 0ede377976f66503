import { checkAbsolutePath, checkList, checkPlain, checkWhole } from '../checks/option-value.ts';
import { hostId } from '../id-mapping.ts';
import type { SpecMount } from '../spec/spec.ts';
import type { Mappings } from './mappings.ts';
import type { DefaultSpecOptions } from './options.ts';

const DEFAULT_BYTES = 64 * 1024 * 1024;
const MIN_FILES = 1024;

/** What is mounted, the usual first. */
export function mountsOf(options: DefaultSpecOptions, mapped: Mappings): SpecMount[] {
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    tmpfs('/dev', ['nosuid', 'noexec', 'strictatime', 'mode=755', 'size=65536k']),
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: devptsOptions(mapped) },
    tmpfs('/dev/shm', ['nosuid', 'noexec', 'nodev', 'mode=1777', ...sizeOf(options.shmBytes, 'shmBytes')]),
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    sysMount(options, mapped),
    ...(mapped ? [] : [cgroupMount()]),
    // The sockets of the host's daemons are in /run, and whoever reaches those owns the host.
    tmpfs('/run', ['nosuid', 'nodev', 'strictatime', 'mode=755', ...sizeOf(undefined, 'run')]),
    tmpfs('/tmp', ['nosuid', 'nodev', 'strictatime', 'mode=1777', ...sizeOf(options.tmpBytes, 'tmpBytes')]),
    ...furtherMounts(options.mounts ?? []),
  ];
}

function tmpfs(destination: string, options: string[]): SpecMount {
  return { destination, type: 'tmpfs', source: 'tmpfs', options };
}

function devptsOptions(mapped: Mappings): string[] {
  const options = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'];
  // Terminals belong to the group tty, which is 5 by custom; an id that is not mapped cannot own a thing.
  const hasTtyGroup = !mapped || hostId(mapped.gids, 5) !== undefined;
  return hasTtyGroup ? [...options, 'gid=5'] : options;
}

// The kernel gives a new sysfs only to those who own the network namespace it shows.
export function sharesSys({ network = 'private' }: DefaultSpecOptions, mapped: Mappings): boolean {
  return mapped !== undefined && network !== 'private';
}

function sysMount(options: DefaultSpecOptions, mapped: Mappings): SpecMount {
  const flags = ['nosuid', 'noexec', 'nodev', 'ro'];
  return sharesSys(options, mapped)
    ? { destination: '/sys', type: 'none', source: '/sys', options: ['rbind', ...flags] }
    : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: flags };
}

/** A bound on bytes, and one on files: an empty file takes a kilobyte of the kernel's memory all the same. */
function sizeOf(bytes = DEFAULT_BYTES, field: string): string[] {
  const kilobytes = Math.ceil(checkWhole(bytes, field, 1, Number.MAX_SAFE_INTEGER) / 1024);
  return [`size=${kilobytes}k`, `nr_inodes=${Math.max(MIN_FILES, Math.ceil(kilobytes / 4))}`];
}

function furtherMounts(mounts: readonly SpecMount[]): SpecMount[] {
  return checkList(mounts, 'mounts', (mount, field) => {
    const copy = checkPlain(mount, field);
    checkAbsolutePath(copy.destination, `${field}.destination`);
    return copy;
  });
}

function cgroupMount(): SpecMount {
  const options = ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'];
  return { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options };
}
