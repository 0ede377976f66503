import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../packed/workspace-packages.ts';
import { recordedMeasures, withTable } from './table.ts';

test('the comparison in the README is what was measured: node tools/compare/main.ts', () => {
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  expect(withTable(readme, recordedMeasures())).toBe(readme);
});

test('ours keeps the old file on a full disk, says so, and writes all bytes', () => {
  expect(recordedMeasures().writers['fs-atomic']).toEqual({
    onFullDisk: 'old',
    tellsFullDisk: true,
    float64Bytes: 32,
    link: 'replaces',
  });
});
