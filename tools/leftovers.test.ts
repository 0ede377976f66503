import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filesBelow, naming, removeLeftovers } from './leftovers.ts';
import { needs } from './testing/needs.ts';
import { tempDir } from './testing/temp-dir.ts';

needs('linux', 'root');

test('names the first ten of many', () => {
  const many = Array.from({ length: 12 }, (_, index) => `f${index}`);
  expect(naming(many)).toBe('f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, and 2 more');
  expect(naming(['a', 'b'])).toBe('a, b');
});

test('tells of a mount, and does not walk into it', async () => {
  const elsewhere = await tempDir({ file: 'not to be seen' });
  const base = await tempDir({ 'in it': 'x', 'a dir': { file: 'y', 'root here': {} } });
  const mounted = path.join(base, 'a dir/root here');
  execFileSync('mount', ['--bind', elsewhere, mounted]);
  onTestFinished(() => void execFileSync('umount', [mounted]));
  expect(await filesBelow(base)).toEqual([
    path.join(base, 'a dir/file'),
    `${mounted} (a mount)`,
    path.join(base, 'in it'),
  ]);
});

test('unmounts before it removes, whatever the name of the directory', async () => {
  const base = await tempDir({ kept: { file: 'x' }, 'left behind': { root: {} } });
  const left = path.join(base, 'left behind');
  execFileSync('mount', ['--bind', path.join(base, 'kept'), path.join(left, 'root')]);
  await removeLeftovers(`no process has this: ${base}`, left);
  expect(existsSync(left)).toBe(false);
  expect(existsSync(path.join(base, 'kept/file'))).toBe(true);
});
