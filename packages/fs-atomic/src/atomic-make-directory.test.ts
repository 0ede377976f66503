import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from '../test/forms.ts';
import { atomicMakeDirectorySync, atomicMakeDirectory as makePromised } from './index.ts';

const content = (text: string) => (hidden: string) => {
  mkdirSync(path.join(hidden, 'rootfs'));
  writeFileSync(path.join(hidden, 'config.json'), text);
};

describe.each(forms)('atomicMakeDirectory, $form form', ({ atomicMakeDirectory }) => {
  test('makes a directory that nobody sees before it is filled', async () => {
    const base = await tempDir();
    const target = path.join(base, 'web');
    await atomicMakeDirectory(target, (hidden) => {
      expect(path.dirname(hidden)).toBe(base);
      expect(path.basename(hidden)).toMatch(/^\.web\./);
      content('{}')(hidden);
    });
    expect(await readdir(base, { recursive: true })).toEqual(['web', 'web/config.json', 'web/rootfs']);
  });

  test.each([0o700, 0o710, 0o711, 0o777])('gives the mode %o whatever the umask', async (mode) => {
    const target = path.join(await tempDir(), 'web');
    const umask = process.umask(0o077);
    try {
      await atomicMakeDirectory(target, content(''), { mode });
    } finally {
      process.umask(umask);
    }
    expect((await stat(target)).mode & 0o7777).toBe(mode);
  });

  test.each([
    ['a filled directory', { file: 'data' }],
    ['an empty directory', {}],
    ['a file', 'data'],
  ])('refuses where there is %s, and changes nothing', async (_, there) => {
    const base = await tempDir({ web: there });
    const before = await readdir(base, { recursive: true });
    await expect(atomicMakeDirectory(path.join(base, 'web'), content(''))).rejects.toMatchObject({
      code: 'ERR_ATOMIC_EXISTS',
      path: path.join(base, 'web'),
    });
    expect(await readdir(base, { recursive: true })).toEqual(before);
  });

  test('lets exactly one of many makers win', async () => {
    const base = await tempDir();
    const target = path.join(base, 'web');
    const makers = Array.from({ length: 16 }, (_, index) =>
      atomicMakeDirectory(target, content(String(index))).then(
        () => index,
        (error: { code: string }) => error.code,
      ),
    );
    const outcomes = await Promise.all(makers);
    const winners = outcomes.filter((outcome) => typeof outcome === 'number');
    expect(outcomes.filter((outcome) => outcome === 'ERR_ATOMIC_EXISTS')).toHaveLength(15);
    expect(await readFile(path.join(target, 'config.json'), 'utf8')).toBe(winners.join());
    expect(await readdir(base)).toEqual(['web']);
  });

  test('throws what `fill` throws, and leaves nothing of it', async () => {
    const base = await tempDir();
    const fill = (hidden: string) => {
      content('')(hidden);
      throw new Error('no spec');
    };
    await expect(atomicMakeDirectory(path.join(base, 'web'), fill)).rejects.toThrow('no spec');
    expect(await readdir(base)).toEqual([]);
  });

  test.each(['ERR_ATOMIC_NOT_DURABLE', 'ERR_ATOMIC_EXISTS', 'ENOTEMPTY', 'ENOENT', 'EMFILE'])(
    'throws %s of `fill` as it is, and leaves nothing',
    async (code) => {
      const base = await tempDir();
      const failure = Object.assign(new Error('of `fill`'), { code });
      const fill = (hidden: string) => {
        content('')(hidden);
        throw failure;
      };
      await expect(atomicMakeDirectory(path.join(base, 'web'), fill)).rejects.toBe(failure);
      expect(await readdir(base)).toEqual([]);
    },
  );

  test('refuses where the parent is missing', async () => {
    const base = await tempDir();
    await expect(atomicMakeDirectory(path.join(base, 'no/web'), content(''))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(await readdir(base)).toEqual([]);
  });

  test('refuses a path that names nothing', async () => {
    await expect(atomicMakeDirectory('/', content(''))).rejects.toMatchObject({
      code: 'ERR_ATOMIC_ARGUMENT',
    });
  });

  describe('as root', () => {
    needs('linux', 'root');

    test('gives the owner exactly', async () => {
      const target = path.join(await tempDir(), 'web');
      await atomicMakeDirectory(target, content(''), { mode: 0o2710, owner: { uid: 0, gid: 12_345 } });
      expect(await stat(target)).toMatchObject({ uid: 0, gid: 12_345, mode: 0o042_710 });
    });
  });
});

test('the sync form refuses a `fill` it cannot wait for, and leaves nothing', async () => {
  const base = await tempDir();
  const fill = async () => {};
  expect(() => atomicMakeDirectorySync(path.join(base, 'web'), fill)).toThrow(
    expect.objectContaining({ code: 'ERR_ATOMIC_ARGUMENT' }),
  );
  expect(await readdir(base)).toEqual([]);
});

test('an abort leaves nothing', async () => {
  const base = await tempDir();
  const abort = new AbortController();
  const fill = (hidden: string) => {
    content('')(hidden);
    abort.abort(new Error('no longer'));
  };
  const making = makePromised(path.join(base, 'web'), fill, { signal: abort.signal });
  await expect(making).rejects.toThrow('no longer');
  expect(await readdir(base)).toEqual([]);
});
