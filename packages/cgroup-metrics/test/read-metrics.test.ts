import { rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packMetrics, unpackMetrics } from '@shimwright/shim-api/metrics';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { type Cgroups, readMetrics } from '../src/index.ts';
import { hierarchyV2 } from './fixtures/trees.ts';

const failure = (code: string) => expect.objectContaining({ name: 'CgroupMetricsError', code });

test('what only newer versions of containerd read is read as well', async () => {
  const root = await tempDir(hierarchyV2);
  const read = await readMetrics({ version: 2, path: path.join(root, 'web') });
  const full = { avg10: 0, avg60: 0, avg300: 0, total: 2n ** 64n - 1n };
  expect(read.metrics).toMatchObject({
    cpu: { psi: { some: { avg10: 1.5, avg60: 0.12, avg300: 0.05, total: 142n }, full } },
    memory: {
      maxUsage: 9007199254740995n,
      swapMaxUsage: 13n,
      psi: { some: { avg10: 2.5, avg60: 0.12, avg300: 0.05, total: 242n }, full },
    },
    io: { psi: { some: { avg10: 3.5, avg60: 0.12, avg300: 0.05, total: 342n }, full } },
  });
  expect(unpackMetrics(packMetrics(read))).toEqual(read);
});

test('huge pages of version 1 are found by the names of their files', async () => {
  const root = await tempDir({
    'hugetlb.2MB.usage_in_bytes': '2097152\n',
    'hugetlb.2MB.max_usage_in_bytes': '4194304\n',
    'hugetlb.2MB.failcnt': '3\n',
    'hugetlb.2MB.rsvd.usage_in_bytes': '99\n',
    'hugetlb.1GB.usage_in_bytes': '0\n',
  });
  const { metrics } = await readMetrics({ version: 1, paths: { hugetlb: root } });
  expect(metrics.hugetlb).toEqual([
    { usage: 0n, max: 0n, failcnt: 0n, pagesize: '1GB' },
    { usage: 2097152n, max: 4194304n, failcnt: 3n, pagesize: '2MB' },
  ]);
});

describe('where something is missing', () => {
  test('a controller that is not there is left out, and processor time is always there', async () => {
    const root = await tempDir({ 'pids.current': '1\n', 'pids.max': 'max\n' });
    const { metrics } = await readMetrics({ version: 1, paths: { pids: root } });
    expect(metrics).toMatchObject({
      cpu: { usage: { total: 0n, perCpu: [] }, throttling: { periods: 0n } },
      pids: { current: 1n, limit: 0n },
      memory: undefined,
      memoryOomControl: undefined,
      blkio: undefined,
      rdma: undefined,
    });
  });

  test('a directory that cannot be listed is not taken for one that was removed', async () => {
    const root = await tempDir();
    const loop = path.join(root, 'loop');
    await symlink('loop', loop);
    await expect(readMetrics({ version: 2, path: loop })).rejects.toMatchObject({
      code: 'ERR_METRICS_UNREADABLE',
      path: loop,
      cause: { code: 'ELOOP' },
    });
    await expect(readMetrics({ version: 1, paths: { hugetlb: loop } })).rejects.toEqual(
      failure('ERR_METRICS_UNREADABLE'),
    );
  });

  test('cgroups that were all removed are gone', async () => {
    const root = await tempDir({ web: { 'pids.current': '1\n' } });
    const cgroups: Cgroups = {
      version: 1,
      paths: { pids: path.join(root, 'web'), cpu: path.join(root, 'none') },
    };
    expect((await readMetrics(cgroups)).type).toBe('io.containerd.cgroups.v1.Metrics');
    await rm(path.join(root, 'web'), { recursive: true });
    await expect(readMetrics(cgroups)).rejects.toEqual(failure('ERR_METRICS_GONE'));
    await expect(readMetrics({ version: 2, path: path.join(root, 'web') })).rejects.toEqual(
      failure('ERR_METRICS_GONE'),
    );
  });
});

test('a file that says what no kernel says is named', async () => {
  const root = await tempDir({ web: { 'pids.current': 'many\n' } });
  const file = path.join(root, 'web/pids.current');
  const reading = () => readMetrics({ version: 2, path: path.join(root, 'web') });
  await expect(reading()).rejects.toMatchObject({ code: 'ERR_METRICS_UNREADABLE', path: file });
  await writeFile(file, '-1\n');
  expect((await reading()).metrics.pids).toEqual({ current: 0n, limit: 0n });
  await writeFile(file, '99999999999999999999\n');
  expect((await reading()).metrics.pids).toEqual({ current: 2n ** 64n - 1n, limit: 0n });
});

test.each([
  undefined,
  null,
  'web',
  {},
  { version: 3 },
  { version: 1 },
  { version: 1, paths: {} },
  { version: 1, paths: { memory: 'relative' } },
  { version: 1, paths: { memory: 7 } },
  { version: 2, paths: { memory: '/' } },
  { version: 2, path: '' },
])('%o are no cgroups', async (cgroups) => {
  await expect(readMetrics(cgroups as unknown as Cgroups)).rejects.toEqual(failure('ERR_METRICS_ARGUMENT'));
});
