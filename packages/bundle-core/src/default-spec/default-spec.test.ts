import { describe, expect, test } from 'vitest';
import { defaultSeccomp } from '../seccomp/default-seccomp.ts';
import { RLIM_INFINITY } from '../spec/int64.ts';
import type { LinuxSeccomp } from '../spec/seccomp.ts';
import { defaultSpec } from './default-spec.ts';
import type { DefaultSpecOptions } from './options.ts';

const args = ['/bin/true'];
const kinds = (options: Partial<DefaultSpecOptions>) =>
  defaultSpec({ args, ...options }).linux.namespaces?.map(({ type }) => type);

describe('what every container gets', () => {
  const { process, root, linux } = defaultSpec({ args, rootless: false });

  test('two capabilities, none of them inheritable or ambient, and no new privileges', () => {
    const two = ['CAP_KILL', 'CAP_NET_BIND_SERVICE'];
    expect(process.capabilities).toEqual({
      bounding: two,
      effective: two,
      permitted: two,
      inheritable: [],
      ambient: [],
    });
    expect(process.noNewPrivileges).toBe(true);
  });

  test('namespaces of its own, a read-only root, no devices, a bound on processes, no core dumps', () => {
    expect(kinds({ rootless: false })).toEqual(['pid', 'ipc', 'uts', 'mount', 'cgroup', 'network']);
    expect(root).toEqual({ path: 'rootfs', readonly: true });
    expect(linux.resources).toEqual({ devices: [{ allow: false, access: 'rwm' }], pids: { limit: 2048 } });
    expect(process.rlimits).toContainEqual({ type: 'RLIMIT_CORE', soft: 0, hard: 0 });
  });

  test('what leaks is masked, and what changes the host is read-only', () => {
    expect(linux.maskedPaths).toEqual(expect.arrayContaining(['/proc/kcore', '/proc/keys', '/sys/firmware']));
    expect(linux.readonlyPaths).toEqual(expect.arrayContaining(['/proc/sys', '/proc/sysrq-trigger']));
  });

  test('nothing it shares with another spec, so that changing one leaves the next as it was', () => {
    const options = { args, rootless: true, mounts: [{ destination: '/x', options: ['ro'] }] };
    const fresh = structuredClone(defaultSpec(options));
    const changed = defaultSpec(options);
    empty(changed);
    expect(defaultSpec(options)).toEqual(fresh);
    expect(options.mounts).toEqual([{ destination: '/x', options: ['ro'] }]);
  });
});

/** Empties every array and object in `value`. */
function empty(value: object): void {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) empty(part);
  if (Array.isArray(value)) value.length = 0;
  else for (const key of Object.keys(value)) Reflect.deleteProperty(value, key);
}

describe('options', () => {
  test('replace the defaults they are for', () => {
    const spec = defaultSpec({
      args: ['sh', '-c', ''],
      cwd: '/tmp',
      terminal: true,
      hostname: 'web_1.example',
      user: { uid: 1000, gid: 2_147_483_647, umask: 0o77, additionalGids: [5] },
      rootfs: '/',
      readonlyRootfs: false,
      capabilities: [],
      rlimits: [{ type: 'RLIMIT_NPROC', soft: 1, hard: 2 }],
      pidsLimit: Infinity,
      mounts: [{ destination: '/data', type: 'bind', source: '/srv' }],
      cgroupsPath: '/moby/web',
      rootless: false,
    });
    expect(spec.process).toMatchObject({
      args: ['sh', '-c', ''],
      cwd: '/tmp',
      terminal: true,
      user: { uid: 1000, gid: 2_147_483_647, umask: 0o77, additionalGids: [5] },
      capabilities: { bounding: [], effective: [], permitted: [] },
      rlimits: [{ type: 'RLIMIT_NPROC', soft: 1, hard: 2 }],
    });
    expect(spec.hostname).toBe('web_1.example');
    expect(spec.root).toEqual({ path: '/', readonly: false });
    expect(spec.mounts.at(-1)).toEqual({ destination: '/data', type: 'bind', source: '/srv' });
    expect(spec.linux).toMatchObject({ cgroupsPath: '/moby/web', resources: { pids: { limit: -1 } } });
  });

  test('a limit can be none, by a word, by Infinity or by a bigint', () => {
    const rlimits: DefaultSpecOptions['rlimits'] = [
      { type: 'RLIMIT_NOFILE', soft: 10, hard: Infinity },
      { type: 'RLIMIT_NPROC', soft: 'unlimited', hard: 'unlimited' },
      { type: 'RLIMIT_CORE', soft: RLIM_INFINITY, hard: RLIM_INFINITY },
    ];
    expect(defaultSpec({ args, rlimits }).process.rlimits).toEqual([
      { type: 'RLIMIT_NOFILE', soft: 10, hard: 18_446_744_073_709_551_615n },
      { type: 'RLIMIT_NPROC', soft: 18_446_744_073_709_551_615n, hard: 18_446_744_073_709_551_615n },
      { type: 'RLIMIT_CORE', soft: 18_446_744_073_709_551_615n, hard: 18_446_744_073_709_551_615n },
    ]);
  });

  test('processes can be without a limit', () => {
    for (const pidsLimit of ['unlimited', Infinity] as const) {
      expect(defaultSpec({ args, pidsLimit, rootless: false }).linux.resources?.pids).toEqual({ limit: -1 });
    }
  });

  test('a variable that is none is not told, for it may be a secret', () => {
    expect(() => defaultSpec({ args, env: ['s3cr3t'] })).toThrow(/^(?!.*s3cr3t)/s);
  });

  test('memory file systems have a size and a number of files', () => {
    const { mounts } = defaultSpec({ args, tmpBytes: 1_000_000, shmBytes: 4096 });
    const optionsOf = (at: string) => mounts.find(({ destination }) => destination === at)?.options;
    expect(optionsOf('/tmp')).toEqual(expect.arrayContaining(['size=977k', 'nr_inodes=1024']));
    expect(optionsOf('/dev/shm')).toEqual(expect.arrayContaining(['size=4k']));
    expect(optionsOf('/run')).toEqual(expect.arrayContaining(['size=65536k', 'nr_inodes=16384']));
  });

  test('the root may be a URL', () => {
    expect(defaultSpec({ args, rootfs: new URL('file:///srv/a%20b') }).root.path).toBe('/srv/a b');
  });

  test('the filter of system calls is the default, one of your own, or none', () => {
    const own: LinuxSeccomp = { defaultAction: 'SCMP_ACT_ALLOW' };
    expect(defaultSpec({ args }).linux.seccomp).toEqual(
      defaultSeccomp({ capabilities: ['CAP_KILL', 'CAP_NET_BIND_SERVICE'] }),
    );
    expect(defaultSpec({ args, seccomp: own }).linux.seccomp).toEqual(own);
    expect(defaultSpec({ args, seccomp: false }).linux.seccomp).toBeUndefined();
  });

  test('a runtime that says it has no filters gets none, and one that knows few architectures gets those', () => {
    const withFeatures = (seccomp: object | null) =>
      defaultSpec({ args, features: { linux: { seccomp } } }).linux.seccomp;
    expect(withFeatures({ enabled: false })).toBeUndefined();
    expect(withFeatures({ enabled: true })).toBeDefined();
    expect(withFeatures(null)).toBeDefined();
    const [own] = defaultSeccomp().architectures ?? [];
    expect(withFeatures({ enabled: true, archs: [own] })?.architectures).toEqual([own]);
  });

  test('a variable of the environment comes after the usual ones, or in place of one', () => {
    expect(defaultSpec({ args, env: ['A=1'] }).process.env).toEqual([expect.stringMatching(/^PATH=/), 'A=1']);
    expect(defaultSpec({ args, terminal: true, env: ['TERM=vt100', 'PATH=/bin'] }).process.env).toEqual([
      'TERM=vt100',
      'PATH=/bin',
    ]);
    expect(defaultSpec({ args, terminal: true }).process.env).toContain('TERM=xterm');
  });

  test('the network is private, the host’s, or one that is joined', () => {
    expect(kinds({ network: 'host', rootless: false })).not.toContain('network');
    expect(defaultSpec({ args, network: '/run/netns/blue' }).linux.namespaces).toContainEqual({
      type: 'network',
      path: '/run/netns/blue',
    });
  });
});

describe('rootless', () => {
  test('is the default for every user but root', () => {
    expect(kinds({})?.includes('user')).toBe(process.geteuid?.() !== 0);
  });

  test('maps root to this user, and sets no limits that only root could set', () => {
    const { linux } = defaultSpec({ args, rootless: true });
    expect(linux.namespaces).toContainEqual({ type: 'user' });
    expect(linux.uidMappings).toEqual([{ containerID: 0, hostID: process.geteuid?.(), size: 1 }]);
    expect(linux.gidMappings).toEqual([{ containerID: 0, hostID: process.getegid?.(), size: 1 }]);
    expect(linux.resources).toBeUndefined();
  });

  test('gives terminals to the group tty only where it is mapped', () => {
    const ptsOptions = (options: Partial<DefaultSpecOptions>) =>
      defaultSpec({ args, ...options }).mounts.find(({ destination }) => destination === '/dev/pts')?.options;
    expect(ptsOptions({ rootless: true })).not.toContain('gid=5');
    expect(
      ptsOptions({ rootless: true, gidMappings: [{ containerID: 0, hostID: 100_000, size: 6 }] }),
    ).toContain('gid=5');
    expect(ptsOptions({ rootless: false })).toContain('gid=5');
  });

  test('shares /sys with the host only where it must, and hides the cgroups there', () => {
    const shared = defaultSpec({ args, rootless: true, network: 'host' });
    expect(shared.mounts).toContainEqual(expect.objectContaining({ destination: '/sys', source: '/sys' }));
    expect(shared.linux.maskedPaths).toContain('/sys/fs/cgroup');
    expect(defaultSpec({ args, rootless: true }).linux.maskedPaths).not.toContain('/sys/fs/cgroup');
  });

  test('mappings alone make a user namespace, for root to use, with limits', () => {
    const uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const { linux } = defaultSpec({ args, rootless: false, uidMappings, gidMappings: uidMappings });
    expect(linux).toMatchObject({
      uidMappings,
      gidMappings: uidMappings,
      resources: { pids: { limit: 2048 } },
    });
    expect(linux.namespaces).toContainEqual({ type: 'user' });
  });
});

describe('what cannot run, or would run as something else, is refused', () => {
  test.each<[string, string, Partial<Record<keyof DefaultSpecOptions, unknown>>]>([
    ['no command', 'process.args', { args: [] }],
    ['an empty command', 'process.args', { args: [''] }],
    ['args that are text', 'process.args', { args: 'true' }],
    ['an argument that is no text', 'process.args[1]', { args: ['echo', 7] }],
    ['a hole in the arguments', 'process.args[1]', { args: ['echo', undefined, 'x'] }],
    ['a NUL in an argument', 'process.args[1]', { args: ['echo', 'a\0b'] }],
    ['half a character', 'process.args[1]', { args: ['echo', '\ud800'] }],
    ['a NUL in a variable', 'process.env[0]', { env: ['A=\0'] }],
    ['a variable without a value', 'process.env[0]', { env: ['A'] }],
    ['a variable without a name', 'process.env[0]', { env: ['=A'] }],
    ['a relative cwd', 'process.cwd', { cwd: 'tmp' }],
    ['a user that wraps around to root', 'process.user.uid', { user: { uid: 2 ** 32, gid: 0 } }],
    ['the user that means "stay root"', 'process.user.uid', { user: { uid: 2 ** 32 - 1, gid: 0 } }],
    ['a user over 31 bits', 'process.user.uid', { user: { uid: 2 ** 31, gid: 0 } }],
    ['a negative group', 'process.user.gid', { user: { uid: 0, gid: -1 } }],
    ['a fraction of a group', 'process.user.gid', { user: { uid: 0, gid: 0.5 } }],
    ['a user that is text', 'process.user.uid', { user: { uid: '0', gid: 0 } }],
    [
      'a further group over 31 bits',
      'process.user.additionalGids[0]',
      { user: { uid: 0, gid: 0, additionalGids: [2 ** 31] } },
    ],
    ['an impossible umask', 'process.user.umask', { user: { uid: 0, gid: 0, umask: 0o1000 } }],
    ['a user that is not mapped', 'process.user.uid', { rootless: true, user: { uid: 1, gid: 0 } }],
    ['a group that is not mapped', 'process.user.gid', { rootless: true, user: { uid: 0, gid: 1 } }],
    [
      'a further group that is not mapped',
      'process.user.additionalGids[0]',
      { rootless: true, user: { uid: 0, gid: 0, additionalGids: [1] } },
    ],
    [
      'mappings that overlap',
      'linux.uidMappings',
      {
        uidMappings: [
          { containerID: 0, hostID: 0, size: 2 },
          { containerID: 1, hostID: 5, size: 1 },
        ],
      },
    ],
    ['a capability that is none', 'process.capabilities[0]', { capabilities: ['kill'] }],
    ['a limit that is none', 'process.rlimits[0].type', { rlimits: [{ type: 'NOFILE', soft: 1, hard: 1 }] }],
    [
      'a soft limit over the hard one',
      'process.rlimits[0].soft',
      { rlimits: [{ type: 'RLIMIT_NOFILE', soft: 2, hard: 1 }] },
    ],
    [
      'a limit that is no number',
      'process.rlimits[0].hard',
      { rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1, hard: Number.NaN }] },
    ],
    [
      'a limit that has lost digits',
      'process.rlimits[0].hard',
      { rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1, hard: 2 ** 64 }] },
    ],
    [
      'a limit beyond 64 bits',
      'process.rlimits[0].hard',
      { rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1, hard: 2n ** 64n }] },
    ],
    ['a limit that is nothing', 'process.rlimits[0]', { rlimits: [null] }],
    ['a user that is nobody', 'process.user', { user: null }],
    ['a terminal that is text', 'process.terminal', { terminal: 'yes' }],
    ['a root that is read-only by a number', 'root.readonly', { readonlyRootfs: 1 }],
    ['mounts that are none', 'mounts', { mounts: 'tmpfs' }],
    ['a mount that is nothing', 'mounts[0]', { mounts: [null] }],
    ['a mount at a relative path', 'mounts[0].destination', { mounts: [{ destination: 'data' }] }],
    ['a mount with a function in it', 'mounts[0]', { mounts: [{ destination: '/x', options: () => [] }] }],
    ['a /tmp of no size', 'tmpBytes', { tmpBytes: 0 }],
    ['a /dev/shm of any size', 'shmBytes', { shmBytes: Infinity }],
    ['a filter that is text', 'seccomp', { seccomp: 'default' }],
    ['the URL of no file as the root', 'root.path', { rootfs: new URL('https://example.com/') }],
    ['no processes at all', 'pidsLimit', { pidsLimit: 0, rootless: false }],
    ['a host name with a slash', 'hostname', { hostname: 'a/b' }],
    ['a host name of 65 letters', 'hostname', { hostname: 'x'.repeat(65) }],
    ['an empty root', 'root.path', { rootfs: '' }],
    ['a relative network namespace', 'network', { network: 'blue' }],
    ['a cgroup that climbs', 'linux.cgroupsPath', { cgroupsPath: '/moby/../..' }],
    ['an empty cgroup', 'linux.cgroupsPath', { cgroupsPath: '' }],
  ])('%s', (_, field, options) => {
    expect(() => defaultSpec({ args, ...options } as DefaultSpecOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field, message: expect.stringContaining(field) }),
    );
  });
});
