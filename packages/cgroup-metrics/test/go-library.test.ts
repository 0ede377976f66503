import path from 'node:path';
import type { CgroupV2Metrics } from '@shimwright/shim-api/metrics';
import { expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { type Tree, tempDir } from '../../../tools/testing/temp-dir.ts';
import { inGoJson } from '../../shim-api/test/fixtures/in-go-json.ts';
import { readMetrics } from '../src/index.ts';
import { goStats } from './fixtures/go-stats.ts';
import { bareHierarchyV2, hierarchiesV1, hierarchyV2, newerHierarchiesV1 } from './fixtures/trees.ts';

needs('command go');
// It is compiled first.
const TIMEOUT_MS = 300_000;

test.each([
  ['of older kernels', hierarchiesV1],
  ['of newer kernels', newerHierarchiesV1],
])(
  'each field of version 1 is the one that containerd reads, %s',
  async (_which, tree) => {
    const root = await tempDir(tree);
    const paths = Object.fromEntries(Object.keys(tree).map((name) => [name, path.join(root, name, 'web')]));
    const { metrics } = await readMetrics({ version: 1, paths });
    expect(inGoJson(metrics)).toEqual(await goStats(1, root, '/web'));
  },
  TIMEOUT_MS,
);

test.each([
  ['with all controllers', hierarchyV2],
  ['with hardly any', bareHierarchyV2],
])(
  'each field of version 2 is the one that containerd reads, %s',
  async (_which, tree: Tree) => {
    const root = await tempDir(tree);
    const { metrics } = await readMetrics({ version: 2, path: path.join(root, 'web') });
    expect(inGoJson(asOf16(metrics as CgroupV2Metrics))).toEqual(await goStats(2, root, '/web'));
  },
  TIMEOUT_MS,
);

/** Without what only containerd 1.7 and later read. */
function asOf16(metrics: CgroupV2Metrics): object {
  const { psi: _cpu, ...cpu } = metrics.cpu ?? {};
  const { psi: _memory, maxUsage: _max, swapMaxUsage: _swapMax, ...memory } = metrics.memory ?? {};
  const { psi: _io, ...io } = metrics.io ?? {};
  return { ...metrics, cpu, memory, io };
}
