import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { benchmarks } from './benchmarks.ts';
import { blockOf, blocksIn, DOCUMENTS } from './blocks.ts';
import type { Comparison } from './turns.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (document: string) => readFileSync(path.join(ROOT, document), 'utf8');
const { ofBuilt, ofSources } = await benchmarks();

// No figure is known beforehand, but what a block looks like is.
const CIRCUMSTANCES =
  /^Measured on \d{4}-\d\d-\d\d on \d+ cores \([^)]+(?:\([^)]*\)[^)]*)*\), Linux [\d.]+, Node [\d.]+(?:, Go [\d.]+)?, with a load of [\d.]+\. Medians of \d+ runs; in parentheses, the range\.$/;
const HEAD = ['', '| work | ours | peer | ours / peer |', '| --- | ---: | ---: | ---: |'];
const FIGURE = String.raw`[\d.]+ (?:µs|ms|KiB)`;
const RATIO = String.raw`[\d.]+ \([\d.]+ to [\d.]+\)`;
const ROW = new RegExp(
  String.raw`^\| ([a-z0-9]+): [^|]+ \| (?:${FIGURE} \| ${FIGURE} \| ${RATIO}|[^|]+ \| [^|]+ \|) \|$`,
);

describe.each(DOCUMENTS)('the figures in %s', (document) => {
  test('are in blocks as the benchmarks write them', () => {
    const blocks = blocksIn(read(document));
    expect(blocks.length).toBeGreaterThan(0);
    expect(read(document).match(/<!-- \/?bench/g)).toHaveLength(2 * blocks.length);
    for (const { names, content } of blocks) expectBlock(names, content);
  });
});

function expectBlock(names: readonly string[], content: string): void {
  expect([...ofBuilt, ...ofSources]).toEqual(expect.arrayContaining([...names]));
  const [circumstances, ...lines] = content.split('\n');
  expect(circumstances).toMatch(CIRCUMSTANCES);
  expect(lines.slice(0, 3)).toEqual(HEAD);
  const rows = lines.slice(3, -1);
  const of = rows.map((row) => ROW.exec(row)?.[1] ?? expect.fail(row));
  expect(new Set(of)).toEqual(new Set(names));
  expect(lines.at(-1)).toBe('');
}

test('a block has the medians of several runs, and their range', () => {
  const time = (oursNs: number, ratio: number): Comparison => ({ work: 'a', oursNs, peerNs: 1e5, ratio });
  const fact = (ours: string): Comparison => ({ work: 'b', ours, peer: 'nothing' });
  const runs = [
    [time(1e5, 1), fact('left')],
    [time(3e5, 3), fact('left')],
    [time(2e5, 2), fact('gone')],
  ];
  const circumstances = { date: '2026-01-02', machine: '2 cores (X), Linux 6.1, Node 24.1.0', load: '0.5' };
  const block = blockOf(['life'], new Map([['life', runs]]), circumstances);
  expectBlock(['life'], block);
  expect(block.split('\n').slice(4)).toEqual([
    '| life: a | 200.0 µs | 100.0 µs | 2.00 (1.00 to 3.00) |',
    '| life: b | left; or: gone | nothing | |',
    '',
  ]);
});
