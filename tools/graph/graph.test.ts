import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../packed/workspace-packages.ts';
import { type Tree, tempDir } from '../testing/temp-dir.ts';
import { drawing } from './drawing.ts';
import { FLOORS } from './floors.ts';
import { importsIn } from './imports.ts';
import { largeFolders, problemsOf } from './problems.ts';
import { readSources } from './sources.ts';

describe('this repository', () => {
  const packages = path.join(ROOT, 'packages');

  test('has no arrow upwards, no circle and no large class', () => {
    expect(problemsOf(readSources(packages))).toEqual([]);
  });

  test('has no folder with more files than anybody sees at once', () => {
    expect([...largeFolders(packages), ...largeFolders(path.join(ROOT, 'tools'))]).toEqual([]);
  });

  test('has every package in the drawing, with what it imports', () => {
    const drawn = drawing(readSources(packages)).split('\n');
    expect(
      drawn
        .map((line) => line.split(' ')[0])
        .filter(Boolean)
        .toSorted(),
    ).toEqual(readdirSync(packages).toSorted());
    expect(drawn).toContain('shim-address → fs-atomic');
  });

  test('has only packages with a place', () => {
    expect(readdirSync(packages).filter((name) => !FLOORS.includes(name))).toEqual([]);
  });
});

async function problems(tree: Tree): Promise<readonly string[]> {
  return problemsOf(readSources(await tempDir(tree)));
}

describe('the graph', () => {
  test('tells an arrow upwards, and a package without a place', async () => {
    const tree = {
      ttrpc: { src: { 'index.ts': "import type { A } from '@shimwright/shim-api';\n" } },
      'shim-api': { src: { 'index.ts': "import { b } from '@shimwright/other';\n" } },
    };
    expect(await problems(tree)).toEqual([
      'other has no place in tools/graph/floors.ts',
      'ttrpc imports shim-api, which stands above it',
    ]);
  });

  test('tells a circle of files, of types too, and one that goes through several', async () => {
    const tree = {
      ttrpc: {
        src: {
          'a.ts': "import {\n  type B,\n} from './b.ts';\n",
          'b.ts': "export * from './c/c.ts';\n",
          c: { 'c.ts': "const a = await import('../a.ts');\n" },
          'd.ts': "import './a.ts';\n",
        },
      },
    };
    expect(await problems(tree)).toEqual([
      'a circle: ttrpc/src/a.ts → ttrpc/src/b.ts → ttrpc/src/c/c.ts → ttrpc/src/a.ts',
    ]);
  });

  test('tells a circle of folders, and lets a folder import from the one it is in', async () => {
    const src = {
      a: { 'one.ts': "import '../b/two.ts';\nimport '../errors.ts';\n", 'three.ts': '' },
      b: { 'two.ts': "import '../a/three.ts';\n" },
      'errors.ts': '',
      'index.ts': "export * from './a/one.ts';\n",
    };
    expect(await problems({ ttrpc: { src } })).toEqual(['a circle: ttrpc/src/a → ttrpc/src/b → ttrpc/src/a']);
  });

  test('tells a class that is longer than one idea, and no shorter one', async () => {
    const body = (lines: number) => Array(lines).fill('  a = 1;').join('\n');
    const src = {
      'a.ts': `export class Long {\n${body(249)}\n}\nexport class Empty {}\n`,
      'b.ts': `abstract class Short {\n${body(248)}\n}\n`,
    };
    expect(await problems({ ttrpc: { src } })).toEqual([
      'ttrpc/src/a.ts: class Long has 251 lines, more than 250',
    ]);
  });

  test('tells a folder of more than 40 files, wherever it is, and looks into none that is not ours', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}.ts`, '']));
    const root = await tempDir({ a: { b: many(41), c: many(40) }, node_modules: many(50) });
    expect(largeFolders(root)).toEqual([`${path.join(root, 'a/b')} has 41 files, more than 40`]);
  });

  test('reads imports of every form, and takes no other text for one', () => {
    const text = [
      "import fs from 'one';",
      "import 'two';",
      "export { type A, b } from './three.ts';",
      "import {\n  c,\n  type D,\n} from 'four';",
      'import e from "five";',
      "const f = await import('six');",
      "import { again } from 'one';",
      "const text = 'import x from y';",
      "export const from = 'seven';",
      "// import g from 'eight';",
    ].join('\n');
    expect(importsIn(text)).toEqual(['one', 'two', './three.ts', 'four', 'five', 'six']);
  });
});
