import { checkIdMappings, hostId } from './id-mapping.ts';
import type {
  Linux,
  LinuxIdMapping,
  LinuxNamespace,
  Mount,
  PosixRlimit,
  Process,
  Root,
  Spec,
  User,
} from './spec.ts';
import { checkAbsolutePath, checkId, checkList, checkText, checkWhole, invalidValue } from './spec-value.ts';

/** What a container runs, and what it is given beyond the least. */
export interface DefaultSpecOptions {
  /** The command and its arguments; without a slash, the command is looked up on the `PATH`. */
  readonly args: readonly string[];
  /** The absolute path to start in. @default '/' */
  readonly cwd?: string;
  /** `NAME=VALUE` each, besides a usual `PATH` and, with a terminal, `TERM`. @default [] */
  readonly env?: readonly string[];
  /** Whether it gets a pseudo-terminal as its stdio. @default false */
  readonly terminal?: boolean;
  /** The host name it sees: letters, digits, `.`, `-` and `_`, at most 64 of them. @default 'container' */
  readonly hostname?: string;
  /** Who it runs as, by ids in the container of at most 2147483647. @default { uid: 0, gid: 0 } */
  readonly user?: Readonly<Omit<User, 'additionalGids'>> & { readonly additionalGids?: readonly number[] };
  /** The directory that becomes `/`: absolute, or relative to the bundle. @default 'rootfs' */
  readonly rootfs?: string;
  /** Whether `/` cannot be written; `/tmp`, `/run` and `/dev/shm` always can. @default true */
  readonly readonlyRootfs?: boolean;
  /**
   * The capabilities of processes of the container's root. Those of other users have none.
   *
   * @default ['CAP_KILL', 'CAP_NET_BIND_SERVICE']
   */
  readonly capabilities?: readonly string[];
  /** Limits of resources, instead of the default. @default 1024 open files, no core dumps */
  readonly rlimits?: readonly PosixRlimit[];
  /** How many processes and threads there may be; Infinity is no limit. Not when rootless. @default 2048 */
  readonly pidsLimit?: number;
  /**
   * A network of its own with nothing but a loopback device, that of the host, or the absolute path of a
   * namespace to join.
   *
   * @default 'private'
   */
  readonly network?: 'private' | 'host' | (string & {});
  /** What to mount after the usual. @default [] */
  readonly mounts?: readonly Mount[];
  /**
   * The cgroup. Without it, runtimes make one by the container's id below their own, where two containers of
   * the same id in two namespaces collide; containerd's is `/NAMESPACE/ID`, and so should be yours.
   */
  readonly cgroupsPath?: string;
  /**
   * Whether the container is made by a user who is not root: then it has a user namespace, and no limits,
   * since only root can set those.
   *
   * @default whether this process is not root's
   */
  readonly rootless?: boolean;
  /** How users of the container are seen on the host; adds a user namespace. @default when rootless, 0 is this user */
  readonly uidMappings?: readonly LinuxIdMapping[];
  /** How groups of the container are seen on the host; adds a user namespace. @default when rootless, 0 is this group */
  readonly gidMappings?: readonly LinuxIdMapping[];
}

/** A spec that has all the parts needed to run. */
export interface RunnableSpec extends Spec {
  /** The container's first process. */
  process: Process;
  /** The root file system. */
  root: Root;
  /** What is mounted over it. */
  mounts: Mount[];
  /** What only Linux has. */
  linux: Linux;
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

// Enough to be init for processes of other users, and to serve a port below 1024.
const CAPABILITIES = ['CAP_KILL', 'CAP_NET_BIND_SERVICE'];

// A core dump is handed to a program of the host, as root, chosen by the host's core_pattern.
const RLIMITS: readonly Readonly<PosixRlimit>[] = [
  { type: 'RLIMIT_NOFILE', soft: 1024, hard: 1024 },
  { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
];

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

/**
 * A hardened spec that runs one command: namespaces of its own of every kind the kernel isolates well, two
 * capabilities, nothing inheritable or ambient, no new privileges, a read-only root, what leaks from `/proc` and
 * `/sys` masked, no devices but the harmless ones, limits on processes, files and core dumps. When rootless,
 * a user namespace too. It is a new object each time, to be changed at will.
 *
 * There is no filter of system calls: put one into `linux.seccomp`.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`, with the `field`, for what could not run or would run as something
 * else: no command, a NUL byte, an id out of range or not mapped, a relative path.
 */
export function defaultSpec(options: DefaultSpecOptions): RunnableSpec {
  const { hostname = 'container', rootfs = 'rootfs', readonlyRootfs = true } = options;
  const mapped = mappingsOf(options);
  return {
    ociVersion: '1.0.2',
    process: processOf(options, mapped),
    root: { path: checkRootfs(rootfs), readonly: readonlyRootfs },
    hostname: checkHostname(hostname),
    mounts: [
      ...usualMounts(options, mapped),
      ...(options.mounts ?? []).map((mount) => structuredClone(mount)),
    ],
    linux: linuxOf(options, mapped),
  };
}

/** The maps of a container with a user namespace; undefined without one. */
type Mappings =
  | { readonly uids: readonly LinuxIdMapping[]; readonly gids: readonly LinuxIdMapping[] }
  | undefined;

function mappingsOf(options: DefaultSpecOptions): Mappings {
  const rootless = isRootless(options);
  const { uidMappings, gidMappings } = options;
  if (!rootless && !uidMappings && !gidMappings) return undefined;
  const uids = checkIdMappings(uidMappings ?? [self(process.geteuid)], 'linux.uidMappings');
  const gids = checkIdMappings(gidMappings ?? [self(process.getegid)], 'linux.gidMappings');
  return { uids: structuredClone(uids), gids: structuredClone(gids) };
}

function isRootless({ rootless = (process.geteuid?.() ?? 0) !== 0 }: DefaultSpecOptions): boolean {
  return rootless;
}

/** The map an unprivileged user can always make: of root to itself. */
function self(effectiveId: (() => number) | undefined): LinuxIdMapping {
  return { containerID: 0, hostID: effectiveId?.() ?? 0, size: 1 };
}

function processOf(options: DefaultSpecOptions, mapped: Mappings): Process {
  const { args, cwd = '/', env = [], terminal = false, user = { uid: 0, gid: 0 } } = options;
  const capabilities = checkList(
    options.capabilities ?? CAPABILITIES,
    'process.capabilities',
    checkCapability,
  );
  return {
    terminal,
    user: checkUser(user, mapped),
    args: checkArgs(args),
    env: withUsualEnv(checkList(env, 'process.env', checkVariable), terminal),
    cwd: checkAbsolutePath(cwd, 'process.cwd'),
    capabilities: {
      bounding: [...capabilities],
      effective: [...capabilities],
      permitted: [...capabilities],
      inheritable: [],
      ambient: [],
    },
    rlimits: checkList(options.rlimits ?? RLIMITS, 'process.rlimits', checkRlimit),
    noNewPrivileges: true,
  };
}

function linuxOf(options: DefaultSpecOptions, mapped: Mappings): Linux {
  const { cgroupsPath } = options;
  return {
    namespaces: namespacesOf(options, mapped),
    ...(mapped && { uidMappings: [...mapped.uids], gidMappings: [...mapped.gids] }),
    ...(cgroupsPath !== undefined && { cgroupsPath: checkCgroupsPath(cgroupsPath) }),
    ...(!isRootless(options) && { resources: resourcesOf(options) }),
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

function resourcesOf({ pidsLimit = 2048 }: DefaultSpecOptions): NonNullable<Linux['resources']> {
  const limit = pidsLimit === Infinity ? -1 : checkWhole(pidsLimit, 'pidsLimit', 1, Number.MAX_SAFE_INTEGER);
  return { devices: [{ allow: false, access: 'rwm' }], pids: { limit } };
}

function usualMounts(options: DefaultSpecOptions, mapped: Mappings): Mount[] {
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    tmpfs('/dev', ['nosuid', 'noexec', 'strictatime', 'mode=755', 'size=65536k']),
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: devptsOptions(mapped) },
    tmpfs('/dev/shm', ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k']),
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    sysMount(options, mapped),
    ...(mapped ? [] : [cgroupMount()]),
    // The sockets of the host's daemons are in /run, and whoever reaches those owns the host.
    tmpfs('/run', ['nosuid', 'nodev', 'strictatime', 'mode=755', 'size=65536k']),
    tmpfs('/tmp', ['nosuid', 'nodev', 'strictatime', 'mode=1777']),
  ];
}

function tmpfs(destination: string, options: string[]): Mount {
  return { destination, type: 'tmpfs', source: 'tmpfs', options };
}

function devptsOptions(mapped: Mappings): string[] {
  const options = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'];
  // Terminals belong to the group tty, which is 5 by custom; an id that is not mapped cannot own a thing.
  const hasTtyGroup = !mapped || hostId(mapped.gids, 5) !== undefined;
  return hasTtyGroup ? [...options, 'gid=5'] : options;
}

// The kernel gives a new sysfs only to those who own the network namespace it shows.
function sharesSys({ network = 'private' }: DefaultSpecOptions, mapped: Mappings): boolean {
  return mapped !== undefined && network !== 'private';
}

function sysMount(options: DefaultSpecOptions, mapped: Mappings): Mount {
  const flags = ['nosuid', 'noexec', 'nodev', 'ro'];
  return sharesSys(options, mapped)
    ? { destination: '/sys', type: 'none', source: '/sys', options: ['rbind', ...flags] }
    : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: flags };
}

function maskedPathsOf(options: DefaultSpecOptions, mapped: Mappings): string[] {
  // A shared /sys brings the host's cgroups along, and some of those may be the user's to write.
  return sharesSys(options, mapped) ? [...MASKED_PATHS, '/sys/fs/cgroup'] : [...MASKED_PATHS];
}

function cgroupMount(): Mount {
  const options = ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'];
  return { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options };
}

function checkArgs(args: readonly string[]): string[] {
  const checked = checkList(args, 'process.args', checkText);
  if (!checked[0]) throw invalidValue('process.args', 'names no command');
  return checked;
}

function checkVariable(value: string, field: string): string {
  if (checkText(value, field).indexOf('=') > 0) return value;
  throw invalidValue(field, `${JSON.stringify(value)} is not NAME=VALUE`);
}

function withUsualEnv(env: string[], terminal: boolean): string[] {
  const usual = terminal ? [PATH, 'TERM=xterm'] : [PATH];
  const isNew = (variable: string) =>
    !env.some((given) => given.startsWith(variable.slice(0, variable.indexOf('=') + 1)));
  return [...usual.filter(isNew), ...env];
}

function checkUser(user: NonNullable<DefaultSpecOptions['user']>, mapped: Mappings): User {
  const { uid, gid, umask, additionalGids } = user;
  const checkGid = (id: number, field: string) => checkMapped(checkId(id, field), field, mapped?.gids);
  return {
    uid: checkMapped(checkId(uid, 'process.user.uid'), 'process.user.uid', mapped?.uids),
    gid: checkGid(gid, 'process.user.gid'),
    ...(umask !== undefined && { umask: checkWhole(umask, 'process.user.umask', 0, 0o777) }),
    ...(additionalGids && {
      additionalGids: checkList(additionalGids, 'process.user.additionalGids', checkGid),
    }),
  };
}

function checkMapped(id: number, field: string, mappings: readonly LinuxIdMapping[] | undefined): number {
  if (!mappings || hostId(mappings, id) !== undefined) return id;
  throw invalidValue(field, `${id} is not mapped to the host; add it to the mappings`);
}

function checkCapability(value: string, field: string): string {
  if (/^CAP_[A-Z][A-Z0-9_]*$/.test(checkText(value, field))) return value;
  throw invalidValue(field, `${JSON.stringify(value)} is no name such as CAP_KILL`);
}

function checkRlimit(limit: Readonly<PosixRlimit>, field: string): PosixRlimit {
  const { type, soft, hard } = limit;
  if (!/^RLIMIT_[A-Z]+$/.test(checkText(type, `${field}.type`))) {
    throw invalidValue(`${field}.type`, `${JSON.stringify(type)} is no name such as RLIMIT_NOFILE`);
  }
  checkWhole(hard, `${field}.hard`, 0, Number.MAX_SAFE_INTEGER);
  return { type, soft: checkWhole(soft, `${field}.soft`, 0, hard), hard };
}

function checkHostname(hostname: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(checkText(hostname, 'hostname'))) return hostname;
  throw invalidValue(
    'hostname',
    `${JSON.stringify(hostname)} is no name of at most 64 letters, digits, ".", "-" and "_"`,
  );
}

function checkRootfs(rootfs: string): string {
  if (checkText(rootfs, 'root.path') !== '') return rootfs;
  throw invalidValue('root.path', 'is empty');
}

function checkCgroupsPath(cgroupsPath: string): string {
  const path = checkText(cgroupsPath, 'linux.cgroupsPath');
  if (path !== '' && !path.split('/').includes('..')) return path;
  throw invalidValue('linux.cgroupsPath', `${JSON.stringify(path)} is empty or climbs`);
}
