import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import {
  atomicDelete,
  atomicDeleteSync,
  atomicMakeDirectory,
  atomicMakeDirectorySync,
  atomicWriteFile,
  atomicWriteFileSync,
} from '../src/index.ts';

const quick = { fsync: false, fsyncDirectory: false };
const page = (hidden: string) => writeFileSync(path.join(hidden, 'page'), '');

describe.each([
  ['on a disk', undefined],
  ['in memory', '/dev/shm'],
])('calls for one path, %s', (_, parent) => {
  test('end with the content of the last one that was made', async () => {
    const base = await tempDir({}, parent);
    const file = path.join(base, 'file');
    for (let round = 0; round < 20; round += 1) {
      const texts = Array.from({ length: 30 }, (_, index) => `${round} ${index} `.repeat((30 - index) * 400));
      await Promise.all(texts.map((text) => atomicWriteFile(file, text, quick)));
      expect(await readFile(file, 'utf8')).toBe(texts.at(-1));
    }
    expect(await readdir(base)).toEqual(['file']);
  });

  test('make, delete, write and delete in this order', async () => {
    const target = path.join(await tempDir({}, parent), 'target');
    const outcomes: string[] = [];
    const note = (what: string) => () => void outcomes.push(what + (existsSync(target) ? ' +' : ' -'));
    await Promise.all([
      atomicMakeDirectory(target, page).then(note('made')),
      atomicDelete(target).then(note('deleted')),
      atomicMakeDirectory(target, page).then(note('made')),
      atomicWriteFile(target, '', quick).catch(({ code }) => note(code)()),
      atomicDelete(`${target}/`).then(note('deleted')),
      atomicWriteFile(target, 'text', quick).then(note('written')),
    ]);
    expect(outcomes.map((outcome) => outcome.slice(0, -2))).toEqual([
      ...['made', 'deleted', 'made', 'EISDIR', 'deleted', 'written'],
    ]);
    expect(readFileSync(target, 'utf8')).toBe('text');
  });

  test('the path written in several ways is the same path', async () => {
    const base = await tempDir({}, parent);
    const ways = ['file', './file', './/file', '././/./file'].map((way) => `${base}/${way}`);
    const texts = Array.from({ length: 12 }, (_, index) => String(index).repeat((12 - index) * 4_000));
    await Promise.all(texts.map((text, index) => atomicWriteFile(ways[index % 4] ?? '', text, quick)));
    expect(await readFile(`${base}/file`, 'utf8')).toBe(texts.at(-1));
  });
});

describe('a sync call, which cannot wait,', () => {
  test('is later than the writes that are under way', async () => {
    const file = path.join(await tempDir(), 'file');
    const writes = ['1', '2', '3'].map((text) => atomicWriteFile(file, text.repeat(1 << 20), quick));
    atomicWriteFileSync(file, 'last', quick);
    await Promise.all(writes);
    expect(readFileSync(file, 'utf8')).toBe('last');
  });

  test('is later than the deletions that wait', async () => {
    const file = path.join(await tempDir({ file: 'old' }), 'file');
    const calls = [atomicWriteFile(file, '1', quick), atomicDelete(file)];
    atomicWriteFileSync(file, 'last', quick);
    await Promise.all(calls);
    expect(readFileSync(file, 'utf8')).toBe('last');
  });

  test('deletes what is still being made', async () => {
    const base = await tempDir();
    const target = path.join(base, 'target');
    const filled = Promise.withResolvers<void>();
    const making = atomicMakeDirectory(target, async (hidden) => {
      page(hidden);
      await filled.promise;
    });
    await nextTurn();
    atomicDeleteSync(target);
    filled.resolve();
    await making;
    expect(await readdir(base)).toEqual([]);
  });

  test('makes first what another one then finds', async () => {
    const target = path.join(await tempDir(), 'target');
    const making = atomicMakeDirectory(target, async (hidden) => {
      await nextTurn();
      page(hidden);
    });
    atomicMakeDirectorySync(target, page);
    await expect(making).rejects.toMatchObject({ code: 'ERR_ATOMIC_EXISTS' });
  });
});

test('calls for other paths do not wait', async () => {
  const base = await tempDir();
  const never = Promise.withResolvers<void>();
  const making = atomicMakeDirectory(path.join(base, 'slow'), async (hidden) => {
    page(hidden);
    await never.promise;
  });
  await atomicWriteFile(path.join(base, 'file'), 'text');
  expect(await readFile(path.join(base, 'file'), 'utf8')).toBe('text');
  never.resolve();
  await making;
});

test('streams that give nothing for long keep nobody waiting', async () => {
  const base = await tempDir();
  const end = Promise.withResolvers<void>();
  async function* slow() {
    yield 'begin ';
    await end.promise;
    yield 'end';
  }
  const files = Array.from({ length: 20 }, (_, index) => path.join(base, `slow-${index}`));
  const writes = files.map((file) => atomicWriteFile(file, slow(), quick));
  await atomicWriteFile(path.join(base, 'file'), 'text', quick);
  expect(await readFile(path.join(base, 'file'), 'utf8')).toBe('text');
  end.resolve();
  await Promise.all(writes);
  expect(await readFile(files[19] ?? '', 'utf8')).toBe('begin end');
});

test('an abort ends the wait for the calls before, and theirs go on', async () => {
  const base = await tempDir();
  const target = path.join(base, 'target');
  const end = Promise.withResolvers<void>();
  const making = atomicMakeDirectory(target, async (hidden) => {
    page(hidden);
    await end.promise;
  });
  const abort = new AbortController();
  const deletion = atomicDelete(target, { signal: abort.signal });
  const write = atomicWriteFile(target, 'text', quick);
  abort.abort(new Error('no longer'));
  await expect(deletion).rejects.toThrow('no longer');
  end.resolve();
  await making;
  await expect(write).rejects.toMatchObject({ code: 'EISDIR' }); // it has waited for the maker all the same
  expect(await readdir(target)).toEqual(['page']);
});

test('what a caller gives to fill a directory may use the same path', async () => {
  const base = await tempDir();
  const target = path.join(base, 'target');
  await atomicMakeDirectory(target, async (hidden) => {
    await nextTurn();
    await atomicDelete(target);
    await atomicWriteFile(path.join(hidden, 'page'), 'text', quick);
  });
  async function* parts() {
    yield 'new ';
    await nextTurn();
    await atomicWriteFile(`${target}/page`, 'first', quick);
    yield await readFile(`${target}/page`, 'utf8');
  }
  await atomicWriteFile(`${target}/page`, parts(), quick);
  expect(await readFile(`${target}/page`, 'utf8')).toBe('new first');
});
