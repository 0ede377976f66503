import { describe, expect, test } from 'vitest';
import { locate } from './locate.ts';
import { parseMounts } from './parse-mounts.ts';

const v1 = (controllers: string, target: string, root = '/') =>
  `35 31 0:32 ${root} ${target} rw,relatime shared:9 - cgroup cgroup rw,${controllers}`;
const v2 = (target: string, root = '/') =>
  `41 31 0:38 ${root} ${target} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate`;
const other = '31 23 0:28 / /sys/fs/cgroup rw - tmpfs cgroup rw,mode=755';
const located = (procCgroup: readonly string[], ...mounts: readonly string[]) =>
  locate(procCgroup.join('\n'), parseMounts(mounts.join('\n')));

describe('the cgroups of a process', () => {
  test('of version 1 are one for each controller that counts something', () => {
    const lines = [
      '5:devices:/web',
      '4:memory:/web',
      '2:cpu,cpuacct:/pod/web',
      '1:name=systemd:/web',
      '0::/web',
    ];
    const mounts = [
      other,
      v1('cpu,cpuacct', '/sys/fs/cgroup/cpu,cpuacct'),
      v1('memory', '/sys/fs/cgroup/memory'),
      v1('devices', '/sys/fs/cgroup/devices'),
      v2('/sys/fs/cgroup/unified'),
    ];
    expect(located(lines, ...mounts)).toEqual({
      version: 1,
      paths: {
        memory: '/sys/fs/cgroup/memory/web',
        cpu: '/sys/fs/cgroup/cpu,cpuacct/pod/web',
        cpuacct: '/sys/fs/cgroup/cpu,cpuacct/pod/web',
      },
    });
  });

  test('of version 2 are one', () => {
    const slice = '/system.slice/containerd:web.scope';
    expect(located([`0::${slice}`], v2('/sys/fs/cgroup'))).toEqual({
      version: 2,
      path: `/sys/fs/cgroup${slice}`,
    });
    expect(located(['0::/'], v2('/sys/fs/cgroup'))).toEqual({ version: 2, path: '/sys/fs/cgroup' });
  });

  test('are those of version 2 where version 1 has but a name', () => {
    const lines = ['1:name=systemd:/web', '0::/web'];
    expect(
      located(lines, v1('name=systemd', '/sys/fs/cgroup/systemd'), v2('/sys/fs/cgroup/unified')),
    ).toEqual({
      version: 2,
      path: '/sys/fs/cgroup/unified/web',
    });
  });

  test('are found below a mount that shows a part, and not where none shows them', () => {
    expect(located(['0::/docker/a/web'], v2('/mnt', '/docker/b'), v2('/sys/fs/cgroup', '/docker/a'))).toEqual(
      {
        version: 2,
        path: '/sys/fs/cgroup/web',
      },
    );
    expect(located(['0::/docker/ab'], v2('/sys/fs/cgroup', '/docker/a'))).toBeUndefined();
    expect(located(['0::/../web'], v2('/sys/fs/cgroup'))).toBeUndefined();
    expect(located(['4:memory:/web'], v2('/sys/fs/cgroup'))).toBeUndefined();
    expect(located(['0::/web'])).toBeUndefined();
  });

  test('may be below a path with spaces, and have colons', () => {
    expect(located(['4:memory:/a:b c'], v1('memory', '/mnt/with\\040space'))).toEqual({
      version: 1,
      paths: { memory: '/mnt/with space/a:b c' },
    });
  });
});
