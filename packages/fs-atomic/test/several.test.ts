import { chmod, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { atomicDeleteSync, atomicDelete as deletePromised } from '../src/index.ts';
import { forms } from './forms.ts';
import { bindMount } from './mount.ts';

const bundle = { 'config.json': '{}', rootfs: { bin: {} } };

describe.each(forms)('several targets, $form form,', ({ atomicDelete }) => {
  test('are deleted, each once, with those missing, empty or below one another', async () => {
    const base = await tempDir({ a: bundle, b: {}, c: 'text', keep: '' });
    const names = ['a', 'b', 'c', 'missing', 'nowhere/missing', 'a/rootfs', './a/', 'a'];
    await atomicDelete(names.map((name) => `${base}/${name}`));
    await atomicDelete([]);
    expect(await readdir(base)).toEqual(['keep']);
  });

  test('are left alone when one of them is no path', async () => {
    const base = await tempDir({ a: bundle });
    await expect(atomicDelete([`${base}/a`, '..'])).rejects.toMatchObject({ code: 'ERR_ATOMIC_ARGUMENT' });
    expect(await readdir(base)).toEqual(['a']);
  });

  describe('with mounts', () => {
    needs('linux', 'root');

    test.each([
      ['in the last one', 'b/rootfs'],
      ['in the first one', 'a/rootfs'],
      ['on an empty directory among them', 'empty'],
      ['on a file among them', 'file'],
    ])('%s are all left alone, and nothing is prepared', async (_, on) => {
      const base = await tempDir({ a: bundle, b: bundle, empty: {}, file: 'text', host: {}, other: 'text' });
      const before = await readdir(base, { recursive: true });
      const unmount = await bindMount(`${base}/${on === 'file' ? 'other' : 'host'}`, `${base}/${on}`);
      const targets = ['a', 'empty', 'file', 'b'].map((name) => `${base}/${name}`);
      let prepared = false;
      const prepare = () => {
        prepared = true;
      };
      await expect(atomicDelete(targets, { prepare })).rejects.toMatchObject({
        code: 'ERR_ATOMIC_MOUNTED',
        mounts: [`${base}/${on}`],
      });
      expect(prepared).toBe(false);
      await unmount();
      expect(await readdir(base, { recursive: true })).toEqual(before);
      await atomicDelete(targets, { prepare });
      expect(prepared).toBe(true);
      expect((await readdir(base)).sort()).toEqual(['host', 'other']);
    });
  });

  test('of which none can be deleted are told together, and one alone by its own error', async () => {
    const long = 'x'.repeat(256);
    const base = await tempDir({ a: bundle });
    const both = atomicDelete([`${base}/${long}`, `${base}/a`, `${base}/y${long}`]);
    await expect(both).rejects.toMatchObject({
      code: 'ERR_ATOMIC_DELETE',
      errors: [{ code: 'ENAMETOOLONG' }, { code: 'ENAMETOOLONG' }],
    });
    expect(await readdir(base)).toEqual([]);
    await mkdir(`${base}/b`);
    const one = atomicDelete([`${base}/${long}`, `${base}/b`]);
    await expect(one).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
    expect(await readdir(base)).toEqual([]);
  });

  test('and one alone are as they were when what is to be done first fails', async () => {
    const base = await tempDir({ a: bundle, b: {}, c: 'text' });
    const before = await readdir(base, { recursive: true });
    const prepare = () => {
      throw new Error('not now');
    };
    for (const targets of [[`${base}/a`, `${base}/b`], `${base}/a`, `${base}/b`, `${base}/c`])
      await expect(atomicDelete(targets, { prepare })).rejects.toThrow('not now');
    expect(await readdir(base, { recursive: true })).toEqual(before);
  });
});

test('what is done first may take its time, and use the same path', async () => {
  const base = await tempDir({ a: bundle });
  const seen: string[] = [];
  await deletePromised([`${base}/a`, `${base}/b`], {
    prepare: async () => {
      await deletePromised(`${base}/a/rootfs`);
      seen.push(...(await readdir(`${base}/a`)));
    },
  });
  expect(seen).toEqual(['config.json']);
  expect(await readdir(base)).toEqual([]);
});

test('the sync form does not wait for what is done first', async () => {
  const base = await tempDir({ a: bundle });
  expect(() => atomicDeleteSync(`${base}/a`, { prepare: (async () => {}) as () => void })).toThrow('async');
  expect(await readdir(base)).toEqual(['a']);
});

test('calls for the same targets in another order do not wait for each other for ever', async () => {
  const base = await tempDir({ a: bundle, b: bundle });
  const [a, b] = [`${base}/a`, `${base}/b`];
  await Promise.all([deletePromised([a, b]), deletePromised([b, a]), deletePromised(b), deletePromised([a])]);
  expect(await readdir(base)).toEqual([]);
});

test('an abort while all waits is as if nothing had been called; after the first is gone, all go', async () => {
  const base = await tempDir({ a: bundle, b: bundle });
  await chmod(base, 0o700);
  const aborting = new AbortController();
  const targets = [path.join(base, 'a'), path.join(base, 'b')];
  const prepare = () => aborting.abort(new Error('enough'));
  await expect(deletePromised(targets, { prepare, signal: aborting.signal })).rejects.toThrow('enough');
  expect((await readdir(base)).filter((name) => !name.startsWith('.'))).toEqual([]);
  const { signal } = aborting;
  await mkdir(path.join(base, 'a'));
  await expect(deletePromised(targets, { signal })).rejects.toThrow('enough');
  expect(await readdir(base)).toContain('a');
});
