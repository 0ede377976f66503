import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from './forms.ts';
import { program } from './program.ts';

const page = (hidden: string) => writeFileSync(path.join(hidden, 'page'), '');

describe.each(['sync', 'promise'])('a path, %s form', (form) => {
  test('is that of the moment of the call, whatever becomes of the current directory', async () => {
    const base = await tempDir({ one: { web: { a: { b: '' } } }, two: { web: { keep: '' } } });
    const said = await program(
      `
      const [form, base] = args;
      const call = forms[form];
      process.chdir(base + '/one');
      const calls = [
        call('atomicDelete')('web'),
        call('atomicWriteFile')('./file', 'text'),
        call('atomicMakeDirectory')('made', (hidden) => fs.writeFileSync(hidden + '/page', '')),
        call('sweep')('.'),
      ];
      process.chdir(base + '/two');
      await Promise.all(calls);
      say({ one: fs.readdirSync(base + '/one').sort(), two: fs.readdirSync(base + '/two') });`,
      { args: [form, base] },
    );
    expect(said).toEqual({ one: ['file', 'made'], two: ['web'] });
  });

  test('leads through a link and up again to where the link leads, as it does with fs', async () => {
    const base = await tempDir({ deep: { er: {} }, near: {} });
    const said = await program(
      `
      const [form, base] = args;
      const call = forms[form];
      fs.symlinkSync('../deep/er', base + '/near/link');
      await call('atomicWriteFile')(base + '/near/link/../file', 'text');
      await call('atomicMakeDirectory')(base + '/near/link/../made', (hidden) => fs.writeFileSync(hidden + '/page', ''));
      const made = fs.readdirSync(base + '/deep').sort();
      await call('atomicDelete')(base + '/near/link/../made');
      say({ made, left: fs.readdirSync(base + '/deep').sort(), near: fs.readdirSync(base + '/near') });`,
      { args: [form, base] },
    );
    expect(said).toEqual({ made: ['er', 'file', 'made'], left: ['er', 'file'], near: ['link'] });
  });

  test.runIf(process.platform === 'linux')('of 4,095 bytes is as good as a short one', async () => {
    const base = await tempDir();
    const said = await program(
      `
      const [form, base] = args;
      const call = forms[form];
      let deep = base;
      while (deep.length < 3_800) fs.mkdirSync((deep += '/' + 'd'.repeat(200)));
      const long = (name) => deep + '/' + name.padEnd(4_095 - deep.length - 1, '-');
      const count = () => fs.readdirSync('/proc/self/fd').length;
      const before = count();
      await call('atomicWriteFile')(long('file'), 'text');
      const text = fs.readFileSync(long('file'), 'utf8');
      await call('atomicDelete')(long('file'));
      await call('atomicMakeDirectory')(long('made'), (hidden) => fs.writeFileSync(hidden + '/page', ''));
      process.chdir(base);
      await call('atomicDelete')(long('made').slice(base.length + 1));
      const taken = await call('atomicWriteFile')(deep, '').catch(failure);
      await call('sweep')(deep);
      const failed = await call('atomicMakeDirectory')(long('gone'), () => { throw new Error('no'); }).catch((error) => error.message);
      say({ text, left: fs.readdirSync(deep), code: taken.code, isTold: taken.path === deep, failed, descriptors: count() - before });`,
      { args: [form, base] },
    );
    expect(said).toEqual({
      text: 'text',
      left: [],
      code: 'EISDIR',
      isTold: true,
      failed: 'no',
      descriptors: 0,
    });
  });

  test('that was given as a relative one is told as a relative one', async () => {
    const said = await program(
      `
      process.chdir(args[1]);
      const failed = await forms[args[0]]('atomicWriteFile')('no/file', '').catch((error) => error);
      say(failure(failed));`,
      { args: [form, await tempDir()] },
    );
    expect(said).toMatchObject({
      code: 'ENOENT',
      path: 'no/file',
      message: expect.stringMatching(/'no\/file'/),
    });
  });
});

describe.each(forms)('$form form', ({ atomicDelete, atomicMakeDirectory, atomicWriteFile, sweep }) => {
  test('takes URLs of files, and no others', async () => {
    const base = await tempDir({ '.x.delete~zzzzzz-1-0-abcdefgh': '' });
    const url = (name: string) => pathToFileURL(path.join(base, name));
    await atomicWriteFile(url('a file'), 'text');
    await atomicMakeDirectory(url('made'), page);
    expect(await readdir(base)).toHaveLength(3);
    expect(readFileSync(path.join(base, 'a file'), 'utf8')).toBe('text');
    await atomicDelete(url('made'));
    expect(await sweep(pathToFileURL(base))).toHaveLength(1);
    expect(await readdir(base)).toEqual(['a file']);
    await expect(atomicDelete(new URL('https://example.org/a'))).rejects.toMatchObject({
      code: 'ERR_ATOMIC_ARGUMENT',
    });
  });

  test('makes the parents that are missing where it is told to, and takes them back when it fails', async () => {
    const base = await tempDir();
    const deep = path.join(base, 'a/b/c');
    await atomicWriteFile(path.join(deep, 'file'), 'text', { parents: true });
    await atomicMakeDirectory(path.join(base, 'x/y/made'), page, { parents: true, fsync: true });
    expect((await readdir(base, { recursive: true })).sort()).toEqual([
      ...['a', 'a/b', 'a/b/c', 'a/b/c/file', 'x', 'x/y', 'x/y/made', 'x/y/made/page'],
    ]);
    const fill = (hidden: string) => {
      page(hidden);
      throw new Error('no spec');
    };
    await expect(atomicMakeDirectory(path.join(base, 'x/z/made'), fill, { parents: true })).rejects.toThrow(
      'no spec',
    );
    expect(existsSync(path.join(base, 'x/z'))).toBe(false);
    await expect(atomicWriteFile(path.join(base, 'no/file'), 'text')).rejects.toMatchObject({
      code: 'ENOENT',
    });
    mkdirSync(path.join(base, 'no'));
    await atomicWriteFile(path.join(base, 'no/file'), 'text', { parents: true });
    expect(await readdir(path.join(base, 'no'))).toEqual(['file']);
  });

  test('says that parents cannot be made, and leaves none of them', async () => {
    const base = await tempDir();
    await atomicWriteFile(path.join(base, 'file'), 'text');
    const long = 'x'.repeat(256);
    const write = (...names: readonly string[]) =>
      atomicWriteFile(path.join(...(names as [string])), 'text', { parents: true });
    await expect(write(base, 'file/a/b')).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(write(base, 'made', long, 'b')).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
    expect(await readdir(base)).toEqual(['file']);
    // Where Node's own `recursive` never ends.
    await expect(write('/proc/no/such/file')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
