import path from 'node:path';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import { needs } from '../testing/needs.ts';
import { benchmarks } from './benchmarks.ts';
import { isRow, readRow } from './table.ts';

needs(
  'linux',
  'root',
  'command runc',
  'command containerd-shim',
  'command go',
  'command skopeo',
  'command umoci',
  'command docker-registry',
);

// Each builds its peer and starts several programs, which takes a machine under load its time.
vi.setConfig({ testTimeout: 300_000 });

const MAIN = path.join(import.meta.dirname, 'main.ts');

function bench(...args: readonly string[]) {
  return execa(process.execPath, ['--conditions=@shimwright/source', MAIN, ...args], {
    env: { BENCH_SIZE: 'smallest' },
    reject: false,
  });
}

const { ofBuilt, ofSources } = await benchmarks();

test.each(ofSources)('%s runs, and has figures', async (name) => {
  const { stdout, stderr, exitCode } = await bench(name);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const lines = stdout.split('\n').slice(2);
  expect(lines.some((line) => readRow(line))).toBe(true);
  expect(lines.filter((line) => !isRow(line))).toEqual([]);
});

test('one that does not exist is told, with those that do', async () => {
  const { stderr, exitCode } = await bench('lief');
  expect(stderr).toBe(
    `No benchmark is called lief. There are: ${[...ofBuilt, ...ofSources].toSorted().join(', ')}.`,
  );
  expect(exitCode).toBe(1);
});

test('one that fails is told at the end, and takes no other with it', async () => {
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    ['--conditions=@shimwright/source', MAIN, 'life', 'protobuf'],
    // Node and what the benchmark of messages needs are there, and no shim.
    { env: { BENCH_SIZE: 'smallest', PATH: path.dirname(process.execPath) }, reject: false },
  );
  expect(stdout).toContain('| protobuf: ');
  expect(stderr).toContain('life failed:');
  expect(exitCode).toBe(1);
});
