import { mkdirSync } from 'node:fs';
import { readdir, rename, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from '../test/forms.ts';
import { hiddenName } from './hidden-name.ts';
import { hiddenPath, sweepSync } from './index.ts';

describe.each(forms)('sweep, $form form', ({ sweep, atomicMakeDirectory }) => {
  test('removes what dead processes left, and nothing else', async () => {
    const others = { web: {}, '.web': {}, '.web.delete': {}, 'web.delete~1-1-0-abcdefgh': {}, '.config': '' };
    const base = await tempDir({
      ...others,
      '.web.delete~1-1-0-abcdefgh': { rootfs: { lib: '' } },
      '.pid.write~1-1-0-abcdefgh': '42',
      '.db.make~zzzzzz-1-0-abcdefgh': {},
    });
    const told = await sweep(base, { dryRun: true });
    expect(await readdir(base)).toHaveLength(Object.keys(others).length + 3);
    const removed = await sweep(base);
    expect(removed).toEqual(told);
    expect(removed.map((leftover) => path.basename(leftover)).sort()).toEqual([
      '.db.make~zzzzzz-1-0-abcdefgh',
      '.pid.write~1-1-0-abcdefgh',
      '.web.delete~1-1-0-abcdefgh',
    ]);
    expect((await readdir(base)).sort()).toEqual(Object.keys(others).sort());
    expect(await sweep(base)).toEqual([]);
  });

  test('spares what this process works on, and takes what it once failed to remove', async () => {
    const base = await tempDir({ failed: {} });
    const leftover = path.join(base, hiddenName('web', 'delete'));
    await rename(path.join(base, 'failed'), leftover);
    await atomicMakeDirectory(path.join(base, 'db'), (hidden) => {
      expect(sweepSync(base)).toEqual([leftover]);
      mkdirSync(path.join(hidden, 'rootfs'));
    });
    expect(await readdir(base)).toEqual(['db']);
  });

  test('spares what is at a hidden path until it is released', async () => {
    const base = await tempDir();
    const hidden = hiddenPath(base, 'socket');
    await symlink('nowhere', hidden.path);
    expect(await sweep(base)).toEqual([]);
    hidden.release();
    expect(await sweep(base)).toEqual([hidden.path]);
  });

  test('finds nothing where there is no directory', async () => {
    expect(await sweep(path.join(await tempDir(), 'missing'))).toEqual([]);
  });

  test('does no harm to another sweep at the same time', async () => {
    const base = await tempDir({ '.web.delete~1-1-0-abcdefgh': { a: { b: { c: {}, d: '' } } } });
    await Promise.all(Array.from({ length: 8 }, () => sweep(base)));
    expect(await readdir(base)).toEqual([]);
  });
});
