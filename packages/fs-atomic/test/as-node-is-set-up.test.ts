import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from './forms.ts';
import { program } from './program.ts';

describe.each(['sync', 'promise'])('with --permission, the %s form', (form) => {
  const work = `
    const [form, base] = args;
    const call = forms[form];
    await call('atomicWriteFile')(base + '/file', 'text', { mode: 0o640 });
    await call('atomicWriteFile')(base + '/file', 'more', { owner: { uid: process.getuid(), gid: process.getgid() } });
    await call('atomicMakeDirectory')(base + '/made', (hidden) => {
      fs.mkdirSync(hidden + '/sub');
      fs.writeFileSync(hidden + '/sub/page', '');
    }, { mode: 0o750, fsync: true });
    await call('atomicMakeDirectory')(base + '/kept', (hidden) => fs.writeFileSync(hidden + '/page', ''));
    await call('atomicDelete')(base + '/made');
    const swept = await call('sweep')(base);
    const mode = (fs.statSync(base + '/file').mode & 0o777).toString(8);
    say({ left: fs.readdirSync(base).sort(), text: fs.readFileSync(base + '/file', 'utf8'), mode, swept: swept.length });`;
  const expected = { left: ['file', 'kept'], text: 'more', mode: '640', swept: 1 };

  test('works with the rights to all files', async () => {
    const base = await tempDir({ '.x.delete~zzzzzz-1-0-abcdefgh': { a: { b: '' } } });
    const nodeArgs = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'];
    expect(await program(work, { nodeArgs, args: [form, base] })).toEqual(expected);
  });

  test('works with the rights to one directory, without those to /proc', async () => {
    const base = await tempDir({ '.x.delete~zzzzzz-1-0-abcdefgh': { a: { b: '' } } });
    const root = path.join(import.meta.dirname, '../../..');
    const nodeArgs = [
      '--permission',
      `--allow-fs-read=${root}`,
      `--allow-fs-read=${base}`,
      `--allow-fs-write=${base}`,
    ];
    // Whether another process lives cannot be read there, but it can still be asked with a signal.
    expect(await program(work, { nodeArgs, args: [form, base] })).toEqual(expected);
  });
});

describe.each(forms)('values of another realm, $form form', (ours) => {
  const realm = createContext({});
  const there = (code: string) => runInContext(code, realm) as never;

  test.each([
    ['Uint8Array', 'Uint8Array.of(104, 105)', 'hi'],
    ['ArrayBuffer', 'Uint8Array.of(104, 105).buffer', 'hi'],
    ['DataView', 'new DataView(Uint8Array.of(0, 104, 105).buffer, 1)', 'hi'],
    ['list', '["h", Uint8Array.of(105)]', 'hi'],
    ['generator', '(function* () { yield "h"; yield "i"; })()', 'hi'],
  ])('a %s is written', async (_, code, text) => {
    const file = path.join(await tempDir(), 'file');
    await ours.atomicWriteFile(file, there(code), there('({ fsync: false, fsyncDirectory: false })'));
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('an error of `fill` is thrown as it is, whatever its code', async () => {
    const base = await tempDir();
    for (const code of ['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'ENOENT', 'ERR_ATOMIC_EXISTS']) {
      const error = Object.freeze(
        there(`Object.assign(new Error('mine'), { code: '${code}', syscall: 'mkdir', path: '/x' })`),
      );
      const fill = () => {
        throw error;
      };
      await expect(ours.atomicMakeDirectory(path.join(base, 'web'), fill)).rejects.toBe(error);
    }
    expect(await readdir(base)).toEqual([]);
  });
});

test('a promise of another realm is waited for, and refused by the sync form', async () => {
  const base = await tempDir();
  const realm = createContext({ write: (file: string) => writeFileSync(file, ''), setImmediate });
  const fill = runInContext(
    '(hidden) => new Promise((resolve) => setImmediate(() => { write(hidden + "/page"); resolve(); }))',
    realm,
  );
  const { atomicMakeDirectory, atomicMakeDirectorySync } = await import('../src/index.ts');
  await atomicMakeDirectory(path.join(base, 'web'), fill);
  expect(await readdir(path.join(base, 'web'))).toEqual(['page']);
  const failing = runInContext('async () => { throw new Error("later"); }', realm); // nobody is to hear of it
  expect(() => atomicMakeDirectorySync(path.join(base, 'two'), failing)).toThrow(
    expect.objectContaining({ code: 'ERR_ATOMIC_ARGUMENT' }),
  );
  expect(await readdir(base)).toEqual(['web']);
});

test('what is no option of its kind is refused before anything is done', async () => {
  const base = await tempDir({ web: {} });
  const { atomicDelete, atomicMakeDirectory, atomicWriteFile, sweep, hiddenPath } = await import(
    '../src/index.ts'
  );
  const file = path.join(base, 'file');
  const fill = () => {};
  const calls: (() => unknown)[] = [
    ...[-1, 1.5, Number.NaN, 0o10000, '644'].map(
      (mode) => () => atomicWriteFile(file, '', { mode } as never),
    ),
    ...[{ uid: -1, gid: 0 }, { uid: 0 }, { uid: 0, gid: 2 ** 32 - 1 }, 0].map(
      (owner) => () => atomicWriteFile(file, '', { owner } as never),
    ),
    () => atomicWriteFile(file, '', { encoding: 'utf-7' as never }),
    () => atomicWriteFile(file, '', { fsync: 'no' as never }),
    () => atomicWriteFile(file, '', null as never),
    () => atomicWriteFile(file, '', { signal: {} as never }),
    () => atomicWriteFile(file, '', { flag: 'a' } as never),
    () => atomicWriteFile(file, '', { chown: false } as never),
    () => atomicMakeDirectory(file, fill, { recursive: true } as never),
    () => atomicDelete(path.join(base, 'web'), { dryRun: true } as never),
    () => sweep(base, { dryrun: true } as never),
    () => atomicWriteFile(Buffer.from(file) as never, ''),
    () => atomicMakeDirectory(file, 'fill' as never),
    () => atomicMakeDirectory(file, fill, { fsync: 1 as never }),
    () => atomicDelete(path.join(base, 'web'), { whenNotAtomic: 'ask' as never }),
    () => sweep(base, { dryRun: 'yes' as never }),
    () => sweep(''),
    async () => hiddenPath(base, 'a/b'),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'ERR_ATOMIC_ARGUMENT' });
  expect(await readdir(base)).toEqual(['web']);
});

describe('a promise form in a memory file system', () => {
  test('takes its steps at once: no turn of the event loop comes in between', async () => {
    const said = await program(
      `
      const [base] = args;
      await ours.atomicWriteFile(base + '/first', ''); // now it is known what kind of file system that is
      // On a machine with much to do, it may take longer than a moment, after which others have a turn.
      let order;
      for (let tries = 0; tries < 50 && order?.[0] !== 'done'; tries += 1) {
        order = [];
        setImmediate(() => order.push('turn'));
        await ours.atomicWriteFile(base + '/file', 'text');
        await ours.atomicDelete(base + '/file');
        order.push('done');
        await new Promise(setImmediate);
      }
      say(order);`,
      { args: [await tempDir({}, '/dev/shm')] },
    );
    expect(said).toEqual(['done', 'turn']);
  });

  test('lets others go on while it has much to do', async () => {
    const base = await tempDir({ tree: {} }, '/dev/shm');
    for (let index = 0; index < 20_000; index += 1) writeFileSync(path.join(base, 'tree', String(index)), '');
    const { atomicDelete } = await import('../src/index.ts');
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await atomicDelete(path.join(base, 'tree'));
    isOver = true;
    expect(turns).toBeGreaterThan(3);
    expect(existsSync(path.join(base, 'tree'))).toBe(false);
  });

  test('an abort after the path is gone leaves the rest to a sweep', async () => {
    const base = await tempDir({ tree: {} }, '/dev/shm');
    for (let index = 0; index < 20_000; index += 1) writeFileSync(path.join(base, 'tree', String(index)), '');
    const { atomicDelete, sweep } = await import('../src/index.ts');
    const abort = new AbortController();
    const deletion = atomicDelete(path.join(base, 'tree'), { signal: abort.signal });
    const look = () => {
      if (existsSync(path.join(base, 'tree'))) setImmediate(look);
      else abort.abort(new Error('no longer'));
    };
    look();
    await expect(deletion).rejects.toThrow('no longer');
    const [left = ''] = await readdir(base);
    expect(left).toMatch(/^\.tree\.delete~/);
    expect(await sweep(base)).toEqual([path.join(base, left)]);
    expect(readFileSync('/proc/mounts', 'utf8')).toContain('/dev/shm');
  });
});
