import { link, mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { bindMount } from './mount.ts';
import { program } from './program.ts';

describe.each(['sync', 'promise'])('a deletion that is refused for a mount, %s form', (form) => {
  needs('linux', 'root');

  test.each([
    ['of an empty directory of a bundle', 'rootfs'],
    ['of a file', 'config.json'],
  ])('changes nothing that anybody could see, with a mount %s', async (_, on) => {
    const base = await tempDir({ web: { 'config.json': '{}', rootfs: {} }, host: { data: 'x' } });
    const from = on === 'rootfs' ? 'host' : 'host/data';
    await bindMount(path.join(base, from), path.join(base, 'web', on));

    // Every call that changes a directory is told by strace: there must be none.
    const log = path.join(base, 'trace');
    const calls = 'rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat';
    const said = await program(
      `
      const outcomes = [];
      for (let round = 0; round < 20; round += 1)
        outcomes.push(await forms[args[0]]('atomicDelete')(args[1]).catch(({ code }) => code));
      say([...new Set(outcomes)]);`,
      {
        by: ['strace', '-f', '-qq', '-e', `trace=${calls}`, '-o', log],
        args: [form, path.join(base, 'web')],
      },
    );
    expect(said).toEqual(['ERR_ATOMIC_MOUNTED']);
    const changes = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes(base));
    expect(changes).toEqual([]);
  });
});

describe('a mount that a later one hides', () => {
  needs('linux', 'root', 'command unshare');

  test.each(['sync', 'promise'])('does not keep the %s form from deleting', async (form) => {
    const base = await tempDir({
      x: { web: { m: {} } },
      other: { web: { m: {}, file: '' } },
      host: { data: 'x' },
    });
    const script = `
      set -e
      mount --bind "$1/host" "$1/x/web/m"
      mount --bind "$1/other" "$1/x"
      shift
      exec "$@"`;
    const said = await program(
      `
      await forms[args[0]]('atomicDelete')(args[1] + '/x/web');
      say({ visible: fs.readdirSync(args[1] + '/x'), mounts: ours.mountsWithinSync(args[1] + '/x/web') });`,
      { by: ['unshare', '-m', 'sh', '-c', script, 'sh', base], args: [form, base] },
    );
    expect(said).toEqual({ visible: [], mounts: [] });
    expect(await readdir(base, { recursive: true }).then((all) => all.sort())).toEqual([
      ...['host', 'host/data', 'other', 'x', 'x/web', 'x/web/m'],
    ]);
  });
});

describe('where /proc is not mounted', () => {
  needs('linux', 'root', 'command unshare');

  const WITHOUT_PROC = ['unshare', '-m', 'sh', '-c', 'umount -R -l /proc && exec "$@"', 'sh'];

  test.each(['sync', 'promise'])(
    'the %s form deletes, writes, makes and sweeps all the same',
    async (form) => {
      const base = await tempDir({
        web: { a: { b: { c: 'text' } }, d: '' },
        '.old.delete~zzzzzz-1-0-abcdefgh': { x: '' },
      });
      const said = await program(
        `
      const [form, base] = args;
      const call = forms[form];
      await call('atomicDelete')(base + '/web');
      await call('atomicWriteFile')(base + '/file', 'text');
      await call('atomicMakeDirectory')(base + '/made', (hidden) => fs.writeFileSync(hidden + '/page', ''));
      const swept = await call('sweep')(base);
      const unknown = await call('mountsWithin')(base).catch(failure);
      say({ left: fs.readdirSync(base).sort(), swept, code: unknown.code });`,
        { by: WITHOUT_PROC, args: [form, base] },
      );
      expect(said).toEqual({
        left: ['file', 'made'],
        swept: [path.join(base, '.old.delete~zzzzzz-1-0-abcdefgh')],
        code: 'ERR_ATOMIC_MOUNTS_UNKNOWN',
      });
    },
  );

  test.each(['sync', 'promise'])('the %s form finds what is at a path of some 4,000 bytes', async (form) => {
    const base = await tempDir();
    const said = await program(
      `
      const [form, base] = args;
      const call = forms[form];
      let deep = base;
      while (deep.length < 3_840) fs.mkdirSync((deep += '/' + 'd'.repeat(100)));
      const leftover = '.old.delete~zzzzzz-1-0-abcdefgh';
      fs.writeFileSync(deep + '/' + leftover, '');
      const swept = await call('sweep')(deep);
      await call('atomicWriteFile')(deep + '/file', 'text');
      const made = fs.readdirSync(deep);
      await call('atomicDelete')(deep + '/file');
      const long = deep + '/' + 'f'.repeat(4_095 - deep.length - 1);
      fs.writeFileSync(long, 'old');
      const failed = await call('atomicWriteFile')(long, 'new').catch(failure);
      await call('atomicDelete')(long);
      say({ swept: swept.map((one) => path.basename(one)), made, left: fs.readdirSync(deep), code: failed.code });`,
      { by: WITHOUT_PROC, args: [form, base] },
    );
    const swept = ['.old.delete~zzzzzz-1-0-abcdefgh'];
    expect(said).toEqual({ swept, made: ['file'], left: [], code: 'ENAMETOOLONG' });
  });

  test.each(['sync', 'promise'])('the %s form keeps what a mount in the tree holds', async (form) => {
    const base = await tempDir({ web: { a: { b: {} } }, host: { data: 'text' } });
    const script = 'mount --bind "$1/host" "$1/web/a/b" && shift && umount -R -l /proc && exec "$@"';
    const said = await program(
      `say(failure(await forms[args[0]]('atomicDelete')(args[1]).catch((error) => error)));`,
      {
        by: ['unshare', '-m', 'sh', '-c', script, 'sh', base],
        args: [form, path.join(base, 'web')],
      },
    );
    expect(said).toMatchObject({ code: 'EBUSY', path: path.join(base, 'web/a/b') });
    expect(await readFile(path.join(base, 'host/data'), 'utf8')).toBe('text');
  });
});

describe('where /proc hides the processes of others', () => {
  needs('linux', 'root', 'command unshare', 'command setpriv');

  test("a sweep spares a live writer's work, and takes a dead one's", async () => {
    const base = await tempDir();
    await execa('chmod', ['777', base]);
    const start = Number((await readFile('/proc/self/stat', 'latin1')).split(') ')[1]?.split(' ')[19]);
    const live = `.file.write~${process.pid.toString(36)}-${start.toString(36)}-0-abcdefgh`;
    const dead = '.file.write~zzzzzz-1-0-abcdefgh';
    for (const name of [live, dead]) await writeFile(path.join(base, name), '');
    const script =
      'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
    const said = await program(
      `say({ sees: fs.existsSync('/proc/' + args[1]), swept: ours.sweepSync(args[0]) });`,
      { by: ['unshare', '-m', 'sh', '-c', script, 'sh'], args: [base, String(process.pid)], asOther: true },
    );
    expect(said).toEqual({ sees: false, swept: [path.join(base, dead)] });
  });
});

describe.each(['sync', 'promise'])('a directory that cannot be renamed, %s form', (form) => {
  needs('linux', 'root');

  test('is refused, with nothing deleted, or removed bit by bit: of a lower layer of overlayfs', async () => {
    const base = await tempDir({ disk: {} });
    const said = await program(
      `
      const [form, base] = args;
      const call = forms[form]('atomicDelete');
      const web = base + '/merged/web';
      const refused = failure(await call(web).catch((error) => error));
      const kept = fs.readdirSync(web, { recursive: true }).sort();
      await call(web, { whenNotAtomic: 'remove' });
      say({ refused, kept, left: fs.readdirSync(base + '/merged') });`,
      {
        by: ['unshare', '-m', 'sh', '-c', OVERLAY, 'sh', path.join(base, 'disk')],
        args: [form, path.join(base, 'disk')],
      },
    );
    expect(said).toMatchObject({
      refused: { code: 'ERR_ATOMIC_NOT_ATOMIC', path: path.join(base, 'disk/merged/web') },
      kept: ['a', 'a/b', 'file'],
      left: [],
    });
  });

  test('on a full disk with a full directory block, is renamed to a name no longer than its own', async (context) => {
    const disk = await fullDisk(context, { leaves: 100 });
    const name = 'n'.repeat(100);
    await program(`await forms[args[0]]('atomicDelete')(args[1]);`, { args: [form, path.join(disk, name)] });
    expect((await readdir(disk)).filter((one) => /^[n.]/.test(one))).toEqual([]);
  });

  test('on such a disk, with a name that is shorter than any hidden one, is refused or removed', async (context) => {
    const disk = await fullDisk(context, { leaves: 0 });
    const said = await program(
      `
      const call = forms[args[0]]('atomicDelete');
      const refused = failure(await call(args[1]).catch((error) => error));
      const kept = fs.readdirSync(args[1]);
      await call(args[1], { whenNotAtomic: 'remove' });
      say({ code: refused.code, kept });`,
      { args: [form, path.join(disk, 'web')] },
    );
    expect(said).toEqual({ code: 'ERR_ATOMIC_NOT_ATOMIC', kept: ['file'] });
    expect(await readdir(disk)).not.toContain('web');
  });
});

const OVERLAY = `
set -e
mount -t tmpfs tmpfs "$1"
mkdir -p "$1/lower/web/a/b" "$1/upper" "$1/work" "$1/merged"
touch "$1/lower/web/file"
mount -t overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work,redirect_dir=off" overlay "$1/merged"
shift
exec "$@"`;

/** An ext4 without a free block, whose top directory has no room for any name but one of so many bytes. */
async function fullDisk({ skip }: TestContext, { leaves }: { readonly leaves: number }): Promise<string> {
  const base = await tempDir({ disk: {} });
  const [image, disk] = [path.join(base, 'image'), path.join(base, 'disk')];
  await execa('truncate', ['--size=4M', image]);
  await execa('mkfs.ext4', ['-q', '-b', '1024', '-m', '0', '-O', '^dir_index,^has_journal', image]);
  const mounted = await execa('mount', ['-o', 'loop', image, disk], { reject: false });
  if (mounted.failed) return skip(`no disk can be made of a file here: ${mounted.stderr}`);
  onTestFinished(async () => void (await execa('umount', [disk])));
  for (const name of ['web', 'n'.repeat(100)]) {
    await mkdir(path.join(disk, name));
    await writeFile(path.join(disk, name, 'file'), '');
  }
  const all = path.join(disk, 'all');
  await writeFile(all, '');
  const room = path.join(disk, 'room'.padEnd(leaves, '-'));
  await link(all, room);
  await expect(writeFile(all, Buffer.alloc(8 << 20))).rejects.toMatchObject({ code: 'ENOSPC' });
  for (const length of [200, 100, 50, 20, 8, 4]) await linkUntilFull(all, length);
  if (leaves > 0) await unlink(room);
  return disk;
}

async function linkUntilFull(all: string, length: number): Promise<void> {
  for (let index = 0; ; index += 1) {
    const name = index.toString(36).padStart(length, 'f');
    try {
      await link(all, path.join(path.dirname(all), name));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
      return;
    }
  }
}
