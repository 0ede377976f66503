import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultSpec } from '@shimwright/bundle-core';
import { buildGo } from '../go.ts';
import { type Comparison, Contender, inTurns, nodeContender } from './turns.ts';

const WORKS = [
  { work: 'sync', count: 200 },
  { work: 'promise', count: 150 },
  { work: 'at-once', count: 320 },
];

/** A bundle made and deleted again: ours in its three ways against containerd's code, which has one. */
export async function run(): Promise<readonly Comparison[]> {
  const binary = await buildGo(path.join(import.meta.dirname, 'go-bundle'));
  const comparisons: Comparison[] = [];
  for (const [place, parent] of [
    ['tmpfs', '/dev/shm'],
    ['disk', '/var/tmp'],
  ] as const) {
    const base = await mkdtemp(path.join(parent, 'shimwright-bench-'));
    try {
      const spec = path.join(base, 'config.json');
      await writeFile(spec, JSON.stringify(defaultSpec({ args: ['/bin/true'] })));
      await using ours = nodeContender(path.join(import.meta.dirname, 'bundle-ours.ts'), base, spec);
      await using peer = new Contender(binary, [base, spec]);
      for (const { work, count } of WORKS) {
        const comparison = await inTurns({ work, count, rounds: 11, ours, peer });
        comparisons.push({ ...comparison, work: `create + delete, ${work}, ${place}` });
      }
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  }
  return comparisons;
}
