import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from '../test/forms.ts';
import { tinyDisk } from '../test/mount.ts';
import { atomicWriteFile as writePromised } from './index.ts';

describe.each(forms)('atomicWriteFile, $form form', ({ atomicWriteFile }) => {
  test('makes a file, and replaces it', async () => {
    const base = await tempDir();
    const file = path.join(base, 'shim.pid');
    await atomicWriteFile(file, '41');
    expect(await readFile(file, 'utf8')).toBe('41');
    await atomicWriteFile(file, '4', { fsync: false, fsyncDirectory: false });
    expect(await readFile(file, 'utf8')).toBe('4');
    expect(await readdir(base)).toEqual(['shim.pid']);
  });

  test('writes any text and any bytes as they are', async () => {
    const file = path.join(await tempDir(), 'data');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 3000 })),
        async (data) => {
          await atomicWriteFile(file, data, { fsync: false, fsyncDirectory: false });
          expect(await readFile(file)).toEqual(Buffer.from(data as string));
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['Float64Array', new Float64Array([1.5, -2]), 16],
    ['Uint16Array', new Uint16Array([1, 2, 3]), 6],
    ['DataView of a part', new DataView(new ArrayBuffer(10), 3, 4), 4],
    ['subarray', new Uint8Array([1, 2, 3, 4]).subarray(1, 3), 2],
    ['ArrayBuffer', new ArrayBuffer(5), 5],
    ['empty text', '', 0],
  ])('writes the whole of a %s', async (_, data, size) => {
    const file = path.join(await tempDir(), 'data');
    await atomicWriteFile(file, data);
    const bytes = ArrayBuffer.isView(data)
      ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      : Buffer.from(data as string);
    expect(await readFile(file)).toEqual(bytes);
    expect(bytes.length).toBe(size);
  });

  test('encodes text as it is told', async () => {
    const file = path.join(await tempDir(), 'data');
    await atomicWriteFile(file, 'fffe', { encoding: 'hex' });
    expect(await readFile(file)).toEqual(Buffer.from([0xff, 0xfe]));
  });

  test.each([0o600, 0o644, 0o666, 0o777, 0o4755])('gives the mode %o whatever the umask', async (mode) => {
    const file = path.join(await tempDir(), 'data');
    const umask = process.umask(0o077);
    try {
      await atomicWriteFile(file, '', { mode });
    } finally {
      process.umask(umask);
    }
    expect((await stat(file)).mode & 0o7777).toBe(mode);
  });

  test('keeps the mode of the file it replaces, and a new one has that of any new file', async () => {
    const base = await tempDir({ old: '', plain: '' });
    await chmod(path.join(base, 'old'), 0o640);
    await atomicWriteFile(path.join(base, 'old'), 'new');
    await atomicWriteFile(path.join(base, 'fresh'), 'new');
    const mode = async (name: string) => (await stat(path.join(base, name))).mode & 0o7777;
    expect(await mode('old')).toBe(0o640);
    expect(await mode('fresh')).toBe(await mode('plain'));
  });

  test('replaces a link and not what it leads to', async () => {
    const base = await tempDir({ precious: 'data' });
    await symlink('precious', path.join(base, 'link'));
    await atomicWriteFile(path.join(base, 'link'), 'new');
    expect((await lstat(path.join(base, 'link'))).isFile()).toBe(true);
    expect(await readFile(path.join(base, 'precious'), 'utf8')).toBe('data');
  });

  test('leaves the options as they were, for the next file', async () => {
    const base = await tempDir({ one: '', two: '' });
    await chmod(path.join(base, 'one'), 0o600);
    const options = Object.freeze({ fsync: false });
    await atomicWriteFile(path.join(base, 'one'), 'new', options);
    await atomicWriteFile(path.join(base, 'two'), 'new', options);
    expect(options).toEqual({ fsync: false });
    expect((await stat(path.join(base, 'two'))).mode & 0o077).not.toBe(0);
  });

  test('leaves nothing behind where it cannot write', async () => {
    const base = await tempDir({ directory: { file: '' } });
    await expect(atomicWriteFile(path.join(base, 'missing/file'), '')).rejects.toMatchObject({
      code: 'ENOENT',
      path: expect.stringContaining(path.join(base, 'missing')),
    });
    await expect(atomicWriteFile(path.join(base, 'directory'), '')).rejects.toMatchObject({
      code: 'EISDIR',
      path: path.join(base, 'directory'),
    });
    expect(await readdir(base, { recursive: true })).toEqual(['directory', 'directory/file']);
  });

  test.each([
    ['/', 'x'],
    ['..', 'x'],
    ['file', 42 as never],
    ['file', null as never],
    ['file', { toString: () => 'x' } as never],
  ])('refuses %j with %o', async (file, data) => {
    await expect(atomicWriteFile(file, data)).rejects.toMatchObject({ code: 'ERR_ATOMIC_ARGUMENT' });
  });

  test('lets one of many writers win, whole', async () => {
    const base = await tempDir();
    const file = path.join(base, 'file');
    const texts = Array.from({ length: 16 }, (_, index) => `${index} `.repeat(10_000));
    await Promise.all(texts.map((text) => atomicWriteFile(file, text)));
    expect(texts).toContain(await readFile(file, 'utf8'));
    expect(await readdir(base)).toEqual(['file']);
  });

  describe('on a disk of its own', () => {
    needs('linux', 'root');

    test('keeps the old file when the disk is full, and says ENOSPC', async () => {
      const disk = path.join(await tempDir(), 'disk');
      await tinyDisk(disk, 64 << 10);
      const file = path.join(disk, 'file');
      await writeFile(file, 'old');
      await expect(atomicWriteFile(file, Buffer.alloc(1 << 20))).rejects.toMatchObject({
        code: 'ENOSPC',
        path: file,
        message: expect.stringContaining(file),
      });
      expect(await readFile(file, 'utf8')).toBe('old');
      expect(await readdir(disk)).toEqual(['file']);
    });

    test('gives the owner and the mode exactly', async () => {
      const file = path.join(await tempDir(), 'file');
      await atomicWriteFile(file, '', { owner: { uid: 65_534, gid: 12_345 }, mode: 0o4710 });
      expect(await stat(file)).toMatchObject({ uid: 65_534, gid: 12_345, mode: 0o104_710 });
    });
  });
});

test('an abort at any moment leaves the old file or the new one, and nothing else', async () => {
  const base = await tempDir({ file: 'old' });
  const file = path.join(base, 'file');
  for (let turns = 0; turns < 20; turns += 1) {
    const abort = new AbortController();
    const writing = writePromised(file, Buffer.alloc(1 << 20, 'n'), { signal: abort.signal }).catch(String);
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    abort.abort(new Error('no longer'));
    const outcome = await writing;
    const content = await readFile(file, 'latin1');
    expect(outcome === undefined ? content : 'old').toBe(
      outcome === undefined ? 'n'.repeat(1 << 20) : content,
    );
    expect(await readdir(base)).toEqual(['file']);
    await writeFile(file, 'old');
  }
});
