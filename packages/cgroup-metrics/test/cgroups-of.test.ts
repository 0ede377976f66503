import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
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

test.each([0, -1, 1.5, Number.NaN, 2 ** 22 + 1, '1', undefined])('%o is no process id', async (pid) => {
  await expect(cgroupsOf(pid as number)).rejects.toEqual(failure('ERR_METRICS_ARGUMENT'));
});
