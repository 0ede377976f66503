import { expect, test } from 'vitest';
import { readRow, rowOf } from './table.ts';

test.each([
  [
    { work: 'one at a time', oursNs: 69_312, peerNs: 70_290, ratio: 0.986 },
    { ours: 69.3, peer: 70.3 },
  ],
  [
    { work: 'a life', oursNs: 42_449_000, peerNs: 59_800_000, ratio: 0.71 },
    { ours: 42_400, peer: 59_800 },
  ],
  [
    { work: 'memory', oursBytes: 44_032, peerBytes: 1_225_728, ratio: 0.04 },
    { ours: 43, peer: 1197 },
  ],
])('a line of the table is read as it was written: $work', (comparison, figures) => {
  expect(readRow(rowOf('name', comparison))).toEqual({ work: `name: ${comparison.work}`, ...figures });
});

test('a figure within a title is not part of the name', () => {
  const line = '| protobuf: read StateResponse (440 ns, peer 810 ns) | 0.4 µs | 0.8 µs | 0.54 |';
  expect(readRow(line)?.work).toBe('protobuf: read StateResponse');
});

test.each(['', '| work | ours | peer | ratio |', '| --- | ---: | ---: | ---: |', 'life failed:'])(
  '%j is no line of figures',
  (line) => {
    expect(readRow(line)).toBeUndefined();
  },
);
