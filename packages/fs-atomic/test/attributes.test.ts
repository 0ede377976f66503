import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, lstat, readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { setAcl } from './acl.ts';
import { forms } from './forms.ts';
import { program } from './program.ts';

const facts = async (file: string) => {
  const { uid, gid, mode } = await stat(file);
  return { uid, gid, mode: mode & 0o7777 };
};

describe.each(forms)(
  'a file that is replaced, $form form',
  ({ form, atomicWriteFile, atomicMakeDirectory }) => {
    needs('linux', 'root');

    test.each([
      [0o644, 65_534, 65_534],
      [0o640, 0, 12_345],
      [0o4755, 65_534, 65_534],
      [0o2750, 65_534, 12_345],
      [0o6711, 0, 0],
      [0o000, 65_534, 65_534],
    ])('keeps the mode %o and its owner %i:%i', async (mode, uid, gid) => {
      const file = path.join(await tempDir({ file: 'old' }), 'file');
      await chown(file, uid, gid);
      await chmod(file, mode);
      for (let round = 0; round < 2; round += 1) {
        await atomicWriteFile(file, 'new');
        expect(await facts(file)).toEqual({ mode, uid, gid });
      }
    });

    test('has no set-id bits any more when another owner is asked for', async () => {
      const file = path.join(await tempDir({ file: 'old' }), 'file');
      await chown(file, 65_534, 65_534);
      await chmod(file, 0o6755);
      await atomicWriteFile(file, 'new', { owner: { uid: 0, gid: 0 } });
      expect(await facts(file)).toEqual({ mode: 0o755, uid: 0, gid: 0 });
    });

    test.each([
      [0o4755, 0, 65_534, { mode: 0o755, uid: 65_534, gid: 65_534 }],
      [0o2775, 65_534, 12_345, { mode: 0o755, uid: 65_534, gid: 65_534 }],
      [0o660, 65_534, 12_345, { mode: 0o600, uid: 65_534, gid: 65_534 }],
    ])(
      'of mode %o and owner %i:%i, by somebody who may not keep that, gives nobody more than before',
      async (mode, uid, gid, now) => {
        const base = await tempDir({ file: 'old' });
        const file = path.join(base, 'file');
        await chmod(base, 0o777);
        await chown(file, uid, gid);
        await chmod(file, mode);
        await program(`await forms[args[0]]('atomicWriteFile')(args[1], 'new');`, {
          args: [form, file],
          uid: 65_534,
          gid: 65_534,
        });
        expect(await facts(file)).toEqual(now);
      },
    );

    test.each([
      [{ named: 6, group: 4, other: 0 }, 0o640],
      [{ named: 6, group: 4, other: 4 }, 0o644],
      [{ named: 6, group: 0, other: 0 }, 0o600],
    ])(
      'with the list %o gets the mode %o: its group has the rights of the group, not those of the mask',
      async (rights, mode) => {
        const file = path.join(await tempDir({ file: 'old' }), 'file');
        await chmod(file, 0o600);
        setAcl(file, rights);
        expect((await stat(file)).mode & 0o070).toBe(0o060);
        await atomicWriteFile(file, 'new');
        expect((await stat(file)).mode & 0o777).toBe(
          isInstalled('getfacl') ? mode : mode & (0o707 | ((mode & 7) << 3)),
        );
      },
    );

    test('without a list keeps the rights of its group, each time', async () => {
      const file = path.join(await tempDir({ file: 'old' }), 'file');
      await chmod(file, 0o660);
      for (let round = 0; round < 3; round += 1) {
        await atomicWriteFile(file, 'new');
        expect((await stat(file)).mode & 0o777).toBe(0o660);
      }
    });

    test('with a list that came after our last write is looked at again', async () => {
      const file = path.join(await tempDir({ file: 'old' }), 'file');
      await chmod(file, 0o660);
      await atomicWriteFile(file, 'new');
      await new Promise((resolve) => setTimeout(resolve, 20)); // the clock of the file system is a coarse one
      setAcl(file, { named: 6, group: 0, other: 0 });
      await atomicWriteFile(file, 'newer');
      expect((await stat(file)).mode & 0o070).toBe(0);
    });

    test.each([0o700, 0o750, 0o1777])(
      'a directory below one with the set-group-id bit has exactly the mode %o',
      async (mode) => {
        const base = await tempDir();
        await chown(base, 0, 12_345);
        await chmod(base, 0o2775);
        const target = path.join(base, 'made');
        await atomicMakeDirectory(target, (hidden) => void execFileSync('touch', [`${hidden}/file`]), {
          mode,
        });
        expect((await stat(target)).mode & 0o7777).toBe(mode);
        await atomicWriteFile(path.join(base, 'file'), '', { mode: 0o640 });
        expect((await stat(path.join(base, 'file'))).mode & 0o7777).toBe(0o640);
      },
    );

    test.each(['fifo', 'device', 'socket'])(
      'is none where there is a %s, which is left alone',
      async (kind) => {
        const base = await tempDir();
        const target = path.join(base, 'target');
        const server = createServer();
        if (kind === 'fifo') execFileSync('mkfifo', [target]);
        if (kind === 'device') execFileSync('mknod', [target, 'c', '1', '3']);
        if (kind === 'socket') await once(server.listen(target), 'listening');
        const before = await lstat(target);
        await expect(atomicWriteFile(target, 'new')).rejects.toMatchObject({
          code: 'ERR_ATOMIC_NOT_A_FILE',
          path: target,
        });
        expect(await lstat(target)).toMatchObject({ ino: before.ino, mode: before.mode });
        expect(await readdir(base)).toEqual(['target']);
        server.close();
      },
    );
  },
);

describe.each(forms)('in a directory that its owner may not list, $form form', ({ form }) => {
  needs('linux', 'root');

  test('a write that is to be flushed is refused before anything is replaced, and done without', async () => {
    const base = await tempDir({ closed: { file: 'old' } });
    const closed = path.join(base, 'closed');
    await chmod(base, 0o755);
    await chown(closed, 65_534, 65_534);
    await chmod(closed, 0o300);
    const said = await program(
      `
      const write = forms[args[0]]('atomicWriteFile');
      const file = args[1] + '/file';
      const refused = failure(await write(file, 'new').catch((error) => error));
      const kept = fs.readFileSync(file, 'utf8');
      await write(file, 'new', { fsyncDirectory: false });
      say({ code: refused.code, path: refused.path, kept, now: fs.readFileSync(file, 'utf8') });`,
      { args: [form, closed], uid: 65_534, gid: 65_534 },
    );
    expect(said).toEqual({ code: 'EACCES', path: closed, kept: 'old', now: 'new' });
    await chmod(closed, 0o700);
    expect(await readdir(closed)).toEqual(['file']);
  });
});

describe.each(forms)('a directory whose flush fails after the change, $form form', ({ form }) => {
  needs('linux', 'root', 'command strace');

  test.each([
    ['atomicWriteFile', `'new'`],
    ['atomicMakeDirectory', `(hidden) => fs.writeFileSync(hidden + '/file', ''), { fsync: true }`],
  ])('is told by a code of its own: %s', async (name, rest) => {
    const base = await tempDir({ d: {} });
    const target = path.join(base, 'd/target');
    const said = await program(
      `
      const error = await forms[args[0]]('${name}')(args[1], ${rest}).catch((error) => error);
      say({ ...failure(error), cause: failure(error.cause), left: fs.readdirSync(path.dirname(args[1])) });`,
      {
        by: [
          'strace',
          '-f',
          '-qq',
          '-o',
          path.join(base, 'trace'),
          '-P',
          path.join(base, 'd'),
          '-e',
          'inject=fsync:error=EIO',
        ],
        args: [form, target],
      },
    );
    expect(said).toMatchObject({
      code: 'ERR_ATOMIC_NOT_DURABLE',
      path: target,
      cause: { code: 'EIO', path: path.join(base, 'd') },
      left: ['target'],
    });
  });
});

test('the tree of a new directory is flushed before it takes its name, and the name after that', async () => {
  const base = await tempDir({ d: {} });
  const log = path.join(base, 'trace');
  await program(
    `
    const fill = (hidden) => {
      fs.mkdirSync(hidden + '/sub');
      fs.writeFileSync(hidden + '/sub/file', '');
      fs.symlinkSync('nowhere', hidden + '/link');
    };
    ours.atomicMakeDirectorySync(args[0], fill, { fsync: true });`,
    {
      by: ['strace', '-f', '-qq', '-y', '-o', log, '-e', 'trace=fsync,rename'],
      args: [path.join(base, 'd/made')],
    },
  );
  const calls = (await readLines(log)).filter((line) => line.includes(base));
  const flushed = (line: string | undefined) =>
    /fsync\(\d+<(.*)>\)/.exec(line ?? '')?.[1]?.replace(/\/\.made[^/]*/, '/HIDDEN');
  expect(
    calls.map((line) => (line.includes('rename(') ? 'rename' : flushed(line)?.slice(base.length))),
  ).toEqual(['/d/HIDDEN', '/d/HIDDEN/sub/file', '/d/HIDDEN/sub', 'rename', '/d']);
});

async function readLines(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n');
}

function isInstalled(command: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
}
