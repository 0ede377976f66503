import { once } from 'node:events';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { atomicWriteFile, atomicWriteFileSync, type Data } from '../src/index.ts';
import { forms } from './forms.ts';
import { tinyDisk } from './mount.ts';
import { program } from './program.ts';

async function* late() {
  yield 'one ';
  await new Promise(setImmediate);
  yield new Uint8Array(Buffer.from('two '));
  yield new DataView(new Uint8Array(Buffer.from('three')).buffer);
}

test.each<[string, () => Data]>([
  ['an async generator', late],
  ['a stream', () => Readable.from(late())],
  ['a web stream', () => new Blob(['one two three']).stream()],
  ['a list', () => ['one ', Buffer.from('two '), 'three']],
])('%s is written whole', async (_, data) => {
  const file = path.join(await tempDir(), 'file');
  await atomicWriteFile(file, data());
  expect(await readFile(file, 'utf8')).toBe('one two three');
});

test('a file is copied through a stream', async () => {
  const base = await tempDir({ from: Buffer.alloc(3_000_001, 'abc') });
  await atomicWriteFile(path.join(base, 'to'), createReadStream(path.join(base, 'from')));
  expect(await readFile(path.join(base, 'to'))).toEqual(await readFile(path.join(base, 'from')));
});

test('an iterable is written by the sync form as well, and one that comes later is refused', async () => {
  const base = await tempDir();
  const file = path.join(base, 'file');
  atomicWriteFileSync(file, new Set(['one ', 'two']));
  expect(readFileSync(file, 'utf8')).toBe('one two');
  expect(() => atomicWriteFileSync(file, late() as never)).toThrow(
    expect.objectContaining({ code: 'ERR_ATOMIC_ARGUMENT' }),
  );
  expect(await readdir(base)).toEqual(['file']);
});

describe.each(forms)(
  'bytes that were transferred to somebody else, $form form',
  ({ atomicWriteFile: write }) => {
    const transferred = <Kept>(make: (buffer: ArrayBuffer) => Kept): Kept => {
      const buffer = new ArrayBuffer(8);
      const made = make(buffer);
      structuredClone(buffer, { transfer: [buffer] });
      return made;
    };

    test.each<[string, () => Uint8Array | DataView | ArrayBuffer | Iterable<Uint8Array>]>([
      ['an array', () => transferred((buffer) => new Uint8Array(buffer))],
      ['a view', () => transferred((buffer) => new DataView(buffer))],
      ['a buffer', () => transferred((buffer) => buffer)],
      ['a part', () => transferred((buffer) => [new Uint8Array(buffer)])],
    ])('are refused: %s', async (_, make) => {
      const base = await tempDir({ file: 'old' });
      const refused = expect.objectContaining({ code: 'ERR_ATOMIC_ARGUMENT' });
      await expect(write(path.join(base, 'file'), make())).rejects.toEqual(refused);
      expect(await readdir(base)).toEqual(['file']);
      expect(await readFile(path.join(base, 'file'), 'utf8')).toBe('old');
    });
  },
);

test('bytes that are transferred while they wait to be written do not make an empty file', async () => {
  const base = await tempDir({ file: 'old' });
  const bytes = new Uint8Array(8);
  const writing = atomicWriteFile(path.join(base, 'file'), bytes);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  await expect(writing).rejects.toMatchObject({ code: 'ERR_ATOMIC_ARGUMENT' });
  expect(await readdir(base)).toEqual(['file']);
  expect(await readFile(path.join(base, 'file'), 'utf8')).toBe('old');
});

describe.each(forms)('data that comes in parts, $form form', ({ atomicWriteFile: write }) => {
  needs('linux', 'root');

  test.each([
    ['what is no text and no bytes', ['text', 42], { code: 'ERR_ATOMIC_ARGUMENT' }],
    [
      'an error',
      (function* () {
        yield 'text';
        throw new Error('no more');
      })(),
      { message: 'no more' },
    ],
  ])('and ends with %s leaves the old file', async (_, data, error) => {
    const base = await tempDir({ file: 'old' });
    await expect(write(path.join(base, 'file'), data as never)).rejects.toMatchObject(error);
    expect(await readFile(path.join(base, 'file'), 'utf8')).toBe('old');
    expect(await readdir(base)).toEqual(['file']);
  });

  test('and is more than there is room for leaves the old file, and the giver is told to stop', async () => {
    const disk = path.join(await tempDir(), 'disk');
    await tinyDisk(disk, 256 << 10);
    await write(path.join(disk, 'file'), 'old');
    let isStopped = false;
    function* parts() {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        isStopped = true;
      }
    }
    await expect(write(path.join(disk, 'file'), parts())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(isStopped).toBe(true);
    expect(await readFile(path.join(disk, 'file'), 'utf8')).toBe('old');
    expect(await readdir(disk)).toEqual(['file']);
  });
});

test('an abort ends the wait for data that never comes, and the stream is closed', async () => {
  const base = await tempDir();
  const abort = new AbortController();
  const stream = new Readable({ read: () => {} });
  const closed = once(stream, 'close');
  const writing = atomicWriteFile(path.join(base, 'file'), stream, { signal: abort.signal });
  setImmediate(() => abort.abort(new Error('no longer')));
  await expect(writing).rejects.toThrow('no longer');
  await closed;
  await expect.poll(() => readdir(base)).toEqual([]);
});

describe('more than 2 GiB', () => {
  test.each(['sync', 'promise'])('are written by the %s form', { timeout: 300_000 }, async (form) => {
    const file = path.join(await tempDir({}, '/dev/shm'), 'file');
    await program(
      `
      const data = new Uint8Array(2 ** 31 + 10);
      data[data.length - 1] = 7;
      await forms[args[0]]('atomicWriteFile')(args[1], data);`,
      { args: [form, file] },
    );
    expect(statSync(file).size).toBe(2 ** 31 + 10);
    const [last] = await createReadStream(file, { start: 2 ** 31 + 9 }).toArray();
    expect([...last]).toEqual([7]);
  });
});
