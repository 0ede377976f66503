import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from '../test/forms.ts';
import { atomicDeleteSync, atomicDelete as deletePromised } from './index.ts';

describe.each(forms)('atomicDelete, $form form', ({ atomicDelete }) => {
  test.each([
    ['a file', 'text'],
    ['an empty directory', {}],
    ['a bundle', { 'config.json': '{}', rootfs: {} }],
    ['files only', { a: '1', b: '2', c: '3' }],
    ['many files', Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`file-${index}`, '']))],
    ['a deep tree', { a: { b: { c: { d: { e: 'text' } } } }, f: { g: {} } }],
  ])('removes %s and leaves its siblings', async (_, tree) => {
    const base = await tempDir({ web: tree, 'web-2': { keep: 'this' } });
    await atomicDelete(path.join(base, 'web'));
    expect(await readdir(base, { recursive: true })).toEqual(['web-2', 'web-2/keep']);
  });

  test.each(['missing', 'missing/deeper', 'file/below'])(
    'takes a path that is not there: %s',
    async (name) => {
      const base = await tempDir({ file: '' });
      await atomicDelete(path.join(base, name));
      expect(await readdir(base)).toEqual(['file']);
    },
  );

  test('removes a link and not what it leads to, with and without a slash behind', async () => {
    const base = await tempDir({ precious: { data: 'text', rootfs: {} } });
    for (const name of ['link', 'link/']) {
      await symlink('precious', path.join(base, 'link'));
      await atomicDelete(path.join(base, name));
      expect(await readdir(base, { recursive: true })).toEqual([
        'precious',
        'precious/data',
        'precious/rootfs',
      ]);
    }
  });

  test('never follows a link in the tree', async () => {
    const base = await tempDir({ precious: { data: 'text' }, web: { a: { b: {} } } });
    await symlink('../../precious', path.join(base, 'web/a/link'));
    await symlink('../precious', path.join(base, 'web/link'));
    await atomicDelete(path.join(base, 'web'));
    expect(await readFile(path.join(base, 'precious/data'), 'utf8')).toBe('text');
    expect(await readdir(base)).toEqual(['precious']);
  });

  test.runIf(process.platform === 'linux')('removes names that are no text', async () => {
    const base = await tempDir({ web: { a: {} } });
    const bytes = (...parts: (string | number)[]) =>
      Buffer.concat(
        parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
      );
    await writeFile(bytes(`${base}/web/`, 0xff), '');
    await mkdir(bytes(`${base}/web/a/`, 0xc3));
    await writeFile(bytes(`${base}/web/a/`, 0xc3, '/', 0xfe), '');
    await atomicDelete(path.join(base, 'web'));
    expect(await readdir(base)).toEqual([]);
  });

  test('removes a name as long as names can be', async () => {
    const base = await tempDir();
    for (const name of ['n'.repeat(255), `${'ü'.repeat(127)}n`]) {
      await mkdir(path.join(base, name, 'rootfs/lib'), { recursive: true });
      await atomicDelete(path.join(base, name));
    }
    expect(await readdir(base)).toEqual([]);
  });

  test.each(['', '/', '.', '..', 'a/..', 'web/.', 'nul\0byte'])(
    'refuses %j, which names nothing',
    async (name) => {
      await expect(atomicDelete(name)).rejects.toMatchObject({ code: 'ERR_ATOMIC_ARGUMENT', path: name });
    },
  );

  test('passes on what the system refuses, about the path that was given', async () => {
    await expect(atomicDelete('/proc/self/status')).rejects.toMatchObject({
      code: expect.stringMatching(/^E(PERM|ACCES|NOENT)$/),
      path: '/proc/self/status',
    });
  });

  test('is done by one of many callers, and none of them fails', async () => {
    const base = await tempDir({ web: { 'config.json': '{}', rootfs: { lib: { a: '', b: '' } } } });
    await Promise.all(Array.from({ length: 8 }, () => atomicDelete(path.join(base, 'web'))));
    expect(await readdir(base)).toEqual([]);
  });
});

test('a writer that goes on cannot keep a tree alive', async () => {
  const base = await tempDir({ web: { rootfs: { lib: {} } } });
  const lib = path.join(base, 'web/rootfs/lib');
  let writes = 0;
  let stopped = false;
  const writer = (async () => {
    for (; !stopped; writes += 1) await writeFile(path.join(lib, String(writes)), '').catch(() => {});
  })();
  while ((await stat(lib)).nlink > 0 && writes < 50) await new Promise(setImmediate);
  await deletePromised(path.join(base, 'web'));
  expect(await readdir(base)).toEqual([]);
  stopped = true;
  await writer;
});

test('an abort beforehand changes nothing', async () => {
  const base = await tempDir({ web: { a: { b: '' } } });
  const signal = AbortSignal.abort(new Error('no longer'));
  await expect(deletePromised(path.join(base, 'web'), { signal })).rejects.toThrow('no longer');
  expect(await readdir(base)).toEqual(['web']);
});

test('the sync form is done when it returns', async () => {
  const base = await tempDir({ web: { a: { b: '' } } });
  atomicDeleteSync(path.join(base, 'web'));
  expect(await readdir(base)).toEqual([]);
});
