import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { cgroupsOf, readMetrics } from '../src/index.ts';

needs('linux');

const failure = (code: string) => expect.objectContaining({ name: 'CgroupMetricsError', code });

test('those of this process are directories, are plain data, and have its metrics', async () => {
  const cgroups = await cgroupsOf(process.pid);
  const directories = cgroups.version === 1 ? Object.values(cgroups.paths) : [cgroups.path];
  expect(directories.filter((directory) => !existsSync(directory))).toEqual([]);
  const { type } = await readMetrics(JSON.parse(JSON.stringify(cgroups)));
  expect(type).toBe(`io.containerd.cgroups.v${cgroups.version}.Metrics`);
});

test('those of a process that has ended are gone', async () => {
  const child = spawn('/bin/true');
  await once(child, 'exit');
  await expect(cgroupsOf(child.pid ?? 0)).rejects.toMatchObject({ code: 'ERR_METRICS_GONE', pid: child.pid });
});

describe('where /proc hides the processes of others', () => {
  needs('root', 'command unshare');

  test('one that runs is not taken for one that has ended', async () => {
    const program = `
      import { cgroupsOf } from '@shimwright/cgroup-metrics';
      process.setgroups([]);
      process.setgid(65534);
      process.setuid(65534);
      for (const pid of [1, 2 ** 22]) console.log(await cgroupsOf(pid).catch(({ code }) => code));`;
    const node = ['--conditions=@shimwright/source', '--input-type=module', '--eval', program];
    const hidden = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
    const run = execa('unshare', ['-m', 'sh', '-c', hidden, 'sh', process.execPath, ...node], {
      cwd: import.meta.dirname,
      env: { NODE_OPTIONS: '' },
    });
    expect((await run).stdout.split('\n')).toEqual(['ERR_METRICS_UNREADABLE', 'ERR_METRICS_GONE']);
  });
});

test.each([0, -1, 1.5, Number.NaN, 2 ** 22 + 1, '1', undefined])('%o is no process id', async (pid) => {
  await expect(cgroupsOf(pid as number)).rejects.toEqual(failure('ERR_METRICS_ARGUMENT'));
});
