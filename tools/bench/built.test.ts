import path from 'node:path';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import { needs } from '../testing/needs.ts';
import { benchmarks } from './benchmarks.ts';
import { readRow } from './table.ts';

needs('linux', 'root', 'command runc', 'command containerd-shim');

vi.setConfig({ testTimeout: 300_000 });

const { ofBuilt } = await benchmarks();

test.each(ofBuilt)('%s runs with the packages as they are built, and has figures', async (name) => {
  const main = path.join(import.meta.dirname, 'main.ts');
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    ['--conditions=@shimwright/source', main, name],
    { env: { BENCH_SIZE: 'smallest', BENCH_BUILT: '1' }, reject: false },
  );
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const rows = stdout.split('\n').slice(2).map(readRow);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows).not.toContain(undefined);
});
