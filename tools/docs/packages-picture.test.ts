import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packageGraph } from './package-graph.ts';
import { PICTURE, packagesPicture } from './packages-picture.ts';
import { rowsOf } from './rows.ts';

test('the picture of the packages is current: node tools/docs/packages-picture.ts draws it', () => {
  expect(readFileSync(PICTURE, 'utf8')).toBe(packagesPicture());
});

test('every arrow leads down, from a package to one that it is built on', () => {
  const rows = rowsOf(packageGraph());
  const rowOf = (folder: string) => rows.findIndex((row) => row.some((node) => node.folder === folder));
  const arrows = rows.flat().flatMap(({ folder, uses }) => uses.map((used) => ({ folder, used })));
  expect(arrows).toContainEqual({ folder: 'runtime-v1', used: 'recover' });
  expect(arrows).not.toContainEqual({ folder: 'runtime-v1', used: 'fs-atomic' });
  expect(arrows.filter(({ folder, used }) => rowOf(used) <= rowOf(folder))).toEqual([]);
});
