import { readdir, readFile, rename, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { type Tree, tempDir } from '../../../tools/testing/temp-dir.ts';
import { AtomicError } from '../src/index.ts';
import { runPromise, runSync } from '../src/steps.ts';
import { removeTree } from '../src/tree/remove-tree.ts';
import { forms } from './forms.ts';
import { bindMount } from './mount.ts';

const deep: Tree = { 'config.json': '{}', rootfs: { lib: { modules: {} } } };

describe.each(forms)('the $form form refuses to delete what has a mount', ({ atomicDelete, sweep }) => {
  needs('linux', 'root');

  test.each([
    { what: 'on an empty directory of a bundle', tree: { 'config.json': '{}', rootfs: {} }, on: 'rootfs' },
    { what: 'that is empty itself', tree: { 'config.json': '{}', rootfs: {} }, on: 'rootfs', from: 'empty' },
    { what: 'on a file', tree: { a: '1', b: '2', rootfs: {} }, on: 'b', from: 'host/precious' },
    { what: 'on a file in a deep tree', tree: deep, on: 'config.json', from: 'host/precious' },
    { what: 'deep below', tree: deep, on: 'rootfs/lib/modules' },
    { what: 'with an empty file system deep below', tree: deep, on: 'rootfs/lib/modules', from: 'empty' },
    { what: 'at the very path', tree: { 'config.json': '{}', rootfs: {} }, on: '' },
    { what: 'at the very path, of an empty file system', tree: {}, on: '', from: 'empty' },
    { what: 'in a name with blanks', tree: { 'a b\tc': { d: {} } }, on: 'a b\tc' },
  ])('$what', async ({ tree, on, from = 'host' }) => {
    const base = await tempDir({ web: tree, host: { precious: 'data' }, empty: {} });
    const web = path.join(base, 'web');
    const before = await readdir(web, { recursive: true });
    const unmount = await bindMount(path.join(base, from), path.join(web, on));
    const mounted = path.join(web, on);

    await expect(atomicDelete(web)).rejects.toMatchObject({
      name: 'AtomicError',
      code: 'ERR_ATOMIC_MOUNTED',
      mounts: [mounted],
      message: expect.stringContaining(mounted),
    });
    expect((await readdir(base)).sort()).toEqual(['empty', 'host', 'web']);
    expect(await readFile(path.join(base, 'host/precious'), 'utf8')).toBe('data');

    await unmount();
    expect(await readdir(web, { recursive: true })).toEqual(before);
    await atomicDelete(web);
    expect((await readdir(base)).sort()).toEqual(['empty', 'host']);
    expect(await readFile(path.join(base, 'host/precious'), 'utf8')).toBe('data');
    expect(await sweep(base)).toEqual([]);
  });

  test('a file that is a mount point itself', async () => {
    const base = await tempDir({ file: 'below', precious: 'data' });
    const unmount = await bindMount(path.join(base, 'precious'), path.join(base, 'file'));
    const failure = atomicDelete(path.join(base, 'file'));
    await expect(failure).rejects.toBeInstanceOf(AtomicError);
    await expect(failure).rejects.toMatchObject({ mounts: [path.join(base, 'file')] });
    await unmount();
    expect(await readFile(path.join(base, 'file'), 'utf8')).toBe('below');
  });

  test('though the path leads through a link', async () => {
    const base = await tempDir({ state: { web: { rootfs: { a: {} } } }, host: { precious: 'data' } });
    await symlink(path.join(base, 'state'), path.join(base, 'link'));
    await bindMount(path.join(base, 'host'), path.join(base, 'state/web/rootfs/a'));
    await expect(atomicDelete(path.join(base, 'link/web'))).rejects.toMatchObject({
      mounts: [path.join(base, 'state/web/rootfs/a')],
    });
  });

  test('that a sweep finds in a leftover, which it leaves until the mount is gone', async () => {
    const base = await tempDir({ web: { a: { b: {} } }, other: { c: {} }, host: { precious: 'data' } });
    const leftover = path.join(base, '.web.delete~1-1-0-abcdefgh');
    await rename(path.join(base, 'web'), leftover);
    await rename(path.join(base, 'other'), path.join(base, '.other.delete~1-1-0-abcdefgh'));
    const unmount = await bindMount(path.join(base, 'host'), path.join(leftover, 'a/b'));

    await expect(sweep(base)).rejects.toMatchObject({
      code: 'ERR_ATOMIC_SWEEP',
      errors: [{ code: 'ERR_ATOMIC_MOUNTED', mounts: [path.join(leftover, 'a/b')] }],
    });
    expect((await readdir(base)).sort()).toEqual([path.basename(leftover), 'host']);
    await unmount();
    expect(await sweep(base)).toEqual([leftover]);
    expect(await readFile(path.join(base, 'host/precious'), 'utf8')).toBe('data');
  });
});

describe.each([
  { form: 'sync', run: async (target: string) => runSync(removeTree(target)) },
  { form: 'promise', run: async (target: string) => runPromise(removeTree(target), path.dirname(target)) },
])('a removal in the $form form', ({ run }) => {
  needs('linux', 'root');

  test('keeps what a mount holds that came after the last look at the mounts', async () => {
    const base = await tempDir({ web: { a: { b: {} } }, host: { precious: 'data' } });
    const mount = path.join(base, 'web/a/b');
    const unmount = await bindMount(path.join(base, 'host'), mount);
    await expect(run(path.join(base, 'web'))).rejects.toMatchObject({ code: 'EBUSY', path: mount });
    expect(await readFile(path.join(base, 'host/precious'), 'utf8')).toBe('data');
    await unmount();
    await run(path.join(base, 'web'));
    expect(await readdir(base)).toEqual(['host']);
  });
});

describe.each(forms)('the $form form', ({ atomicDelete }) => {
  needs('linux', 'root');

  test('tells a mount below from one beside that begins with the same name', async () => {
    const base = await tempDir({ web: { a: { b: {} } }, 'web-2': {}, host: { precious: 'data' } });
    await bindMount(path.join(base, 'host'), path.join(base, 'web-2'));
    await atomicDelete(path.join(base, 'web'));
    expect((await readdir(base)).sort()).toEqual(['host', 'web-2']);
  });
});
