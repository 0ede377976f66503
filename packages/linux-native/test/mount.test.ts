import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { type Tree, tempDir } from '../../../tools/testing/temp-dir.ts';
import { mount, unmount, unmountAll } from '../src/mount.ts';
import { mountsAt } from './fixtures/mounts-at.ts';

/** A directory to mount, with a file in it, and one to mount on; nothing is mounted there after the test. */
async function directories(tree: Tree = { source: { file: 'from the source' }, target: {} }) {
  const base = await tempDir(tree);
  const source = path.join(base, 'source');
  const target = path.join(base, 'target');
  onTestFinished(() => void unmountAll(target, { detach: true }));
  return { base, source, target };
}

function tmpfs(target: string, ...options: readonly string[]): void {
  mount({ type: 'tmpfs', source: 'tmpfs', target, options });
}

describe('mount', () => {
  needs('linux', 'root');

  test('shows a directory at another place, and unmount ends that', async () => {
    const { source, target } = await directories();
    mount({ type: 'bind', source, target, options: ['bind', 'rw'] });
    expect(readFileSync(path.join(target, 'file'), 'utf8')).toBe('from the source');
    writeFileSync(path.join(target, 'new'), '');
    unmount(target);
    expect(readdirSync(target)).toEqual([]);
    expect(readdirSync(source)).toEqual(['file', 'new']);
  });

  test('makes a bind mount read-only that is asked to be so, with all its flags', async () => {
    const { source, target } = await directories();
    mount({ type: 'bind', source, target, options: ['rbind', 'ro', 'nosuid', 'nodev', 'noexec'] });
    expect(() => writeFileSync(path.join(target, 'new'), '')).toThrow('EROFS');
    expect(mountsAt(target)[0]?.flags).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']));
    writeFileSync(path.join(source, 'new'), ''); // the source itself stays as it was
  });

  test('takes what is mounted below along with rbind only', async () => {
    const { source, target } = await directories({ source: { below: {} }, target: {} });
    const below = path.join(source, 'below');
    tmpfs(below);
    onTestFinished(() => void unmountAll(below, { detach: true }));
    writeFileSync(path.join(below, 'deep'), '');

    mount({ type: 'bind', source, target, options: ['bind'] });
    expect(readdirSync(path.join(target, 'below'))).toEqual([]);
    unmount(target);
    mount({ type: 'bind', source, target, options: ['rbind', 'rprivate'] });
    expect(readdirSync(path.join(target, 'below'))).toEqual(['deep']);
    expect(mountsAt(path.join(target, 'below'))[0]?.propagation).toEqual([]);
    unmountAll(path.join(target, 'below'));
  });

  test.each([
    ['shared', ['shared']],
    ['private', []],
    ['unbindable', ['unbindable']],
    ['rshared', ['shared']],
    ['rprivate', []],
    ['runbindable', ['unbindable']],
  ])('sets the propagation %s in a call of its own', async (option, propagation) => {
    const { source, target } = await directories();
    mount({ type: 'bind', source, target, options: ['bind', option, 'ro'] });
    expect(mountsAt(target)).toEqual([
      expect.objectContaining({ propagation, flags: expect.arrayContaining(['ro']) }),
    ]);
  });

  test.each(['slave', 'rslave'])('sets the propagation %s after another', async (option) => {
    const { target } = await directories();
    tmpfs(target, 'shared');
    mount({ type: 'bind', source: target, target, options: ['bind', option] });
    expect(mountsAt(target).map((each) => each.propagation)).toEqual([['shared'], ['master']]);
  });

  test('hands the file system its own options', async () => {
    const { target } = await directories();
    tmpfs(target, 'nosuid', 'size=64k', 'mode=700');
    expect(mountsAt(target)).toEqual([
      expect.objectContaining({ type: 'tmpfs', options: expect.arrayContaining(['size=64k', 'mode=700']) }),
    ]);
    expect(mountsAt(target)[0]?.flags).toContain('nosuid');
  });

  test('changes the options of a mount that is there', async () => {
    const { target } = await directories();
    tmpfs(target, 'size=64k');
    tmpfs(target, 'remount', 'ro', 'size=128k');
    expect(mountsAt(target)).toEqual([
      expect.objectContaining({ options: expect.arrayContaining(['ro', 'size=128k']) }),
    ]);
  });

  test('takes names with spaces, commas and letters of any kind', async () => {
    const base = await tempDir({ 'a ,b\né': { file: 'found' }, 'ü 目标': {} });
    const target = path.join(base, 'ü 目标');
    onTestFinished(() => void unmountAll(target, { detach: true }));
    mount({ type: 'bind', source: path.join(base, 'a ,b\né'), target, options: ['bind'] });
    expect(readFileSync(path.join(target, 'file'), 'utf8')).toBe('found');
  });

  test('says in the shape of Node what the kernel refused', async () => {
    const { base, source, target } = await directories();
    const missing = path.join(base, 'missing');
    expect(() => mount({ type: 'bind', source, target: missing, options: ['bind'] })).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'mount', path: source, dest: missing }),
    );
    expect(() => mount({ type: 'no-such-type', source, target, options: [] })).toThrow(
      expect.objectContaining({ code: 'ENODEV' }),
    );
    expect(() => tmpfs(target, 'no-such-option')).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(mountsAt(target)).toEqual([]);
  });

  test.each([
    ['ext4', ['loop', 'ro']],
    ['fuse.sshfs', []],
    ['fuse3.fuse-overlayfs', []],
  ])('refuses what the kernel alone cannot mount: %s %s', async (type, options) => {
    const { source, target } = await directories();
    expect(() => mount({ type, source, target, options })).toThrow(
      expect.objectContaining({ code: 'ERR_NATIVE_MOUNT_UNSUPPORTED' }),
    );
    expect(mountsAt(target)).toEqual([]);
  });
});

describe('a mount whose second step is refused', () => {
  needs('linux', 'root', 'command unshare');

  test('is not left behind writable', async () => {
    const { source, target } = await directories();
    tmpfs(source, 'nosuid'); // a flag that may not be dropped in a user namespace, as `ro` alone would
    onTestFinished(() => void unmountAll(source, { detach: true }));
    const program = path.join(import.meta.dirname, 'fixtures/mount-in-user-namespace.ts');
    const args = ['--user', '--map-root-user', '--mount', process.execPath, program, source, target];
    const { stdout } = await execa('unshare', args);
    expect(JSON.parse(stdout)).toEqual({ code: 'EPERM', mounts: 0 });
  });
});

describe('an overlay', () => {
  needs('linux', 'root');

  /** So many layers with a file each, in directories that are named as containerd names them. */
  async function layers(count: number, parent: string) {
    const { base, target } = await directories({ target: {} });
    onTestFinished(() => void unmountAll(path.join(base, 'disk'), { detach: true }));
    mkdirSync(path.join(base, 'disk'));
    tmpfs(path.join(base, 'disk')); // an overlay takes no other overlay as its upper directory
    const snapshots = path.join(base, 'disk', parent);
    const lower = Array.from({ length: count }, (_, index) => path.join(snapshots, String(index), 'fs'));
    for (const [index, directory] of lower.entries()) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(path.join(directory, String(index)), '');
    }
    for (const name of ['upper', 'work']) mkdirSync(path.join(snapshots, name), { recursive: true });
    const options = [
      `workdir=${snapshots}/work`,
      `upperdir=${snapshots}/upper`,
      `lowerdir=${lower.join(':')}`,
    ];
    return { target, snapshots, request: { type: 'overlay', source: 'overlay', target, options } };
  }

  test('shows its layers as one, and keeps what is written in its upper directory', async () => {
    const { target, snapshots, request } = await layers(3, 'snapshots');
    mount(request);
    expect(readdirSync(target)).toEqual(['0', '1', '2']);
    writeFileSync(path.join(target, 'new'), '');
    expect(existsSync(path.join(snapshots, 'upper/new'))).toBe(true);
  });

  test('of 100 layers is mounted, although their names fill two pages', async () => {
    const { target, request } = await layers(
      100,
      'var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots',
    );
    expect(request.options.join(',').length).toBeGreaterThan(8192);
    const before = readdirSync('/proc/self/fd').length;
    mount(request);
    expect(readdirSync(target)).toHaveLength(100);
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });

  test('of more than a page can name is refused before anything is mounted', async () => {
    const { target, request } = await layers(300, 'snapshots');
    expect(() => mount(request)).toThrow(expect.objectContaining({ code: 'ERR_NATIVE_MOUNT_TOO_LONG' }));
    expect(mountsAt(target)).toEqual([]);
  });
});

describe('unmount', () => {
  needs('linux', 'root');

  test('says so where nothing is mounted, or nothing is', async () => {
    const { base, target } = await directories();
    expect(() => unmount(target)).toThrow(
      expect.objectContaining({ code: 'EINVAL', syscall: 'umount2', path: target }),
    );
    expect(() => unmount(path.join(base, 'missing'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('does not follow a link', async () => {
    const { base, target } = await directories();
    tmpfs(target);
    const link = path.join(base, 'link');
    symlinkSync(target, link);
    expect(() => unmount(link)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(unmountAll(link)).toBe(0);
    expect(mountsAt(target)).toHaveLength(1);
  });

  test('leaves a mount that is in use, unless it is to be detached', async () => {
    const { target } = await directories();
    tmpfs(target);
    const file = openSync(path.join(target, 'open'), 'w');
    onTestFinished(() => closeSync(file));
    expect(() => unmount(target)).toThrow(expect.objectContaining({ code: 'EBUSY', path: target }));
    expect(() => unmountAll(target)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
    unmount(target, { detach: true });
    expect(mountsAt(target)).toEqual([]);
    writeFileSync(file, 'still there for its user');
  });

  test('undoes one of several at the same place, and unmountAll the rest', async () => {
    const { target } = await directories();
    for (const name of ['1', '2', '3', '4']) {
      tmpfs(target);
      writeFileSync(path.join(target, name), '');
    }
    unmount(target);
    expect(readdirSync(target)).toEqual(['3']);
    expect(unmountAll(target)).toBe(3);
    expect(mountsAt(target)).toEqual([]);
  });

  test('of all is content with nothing mounted, nothing there, and no target at all', async () => {
    const { base, target } = await directories();
    expect(unmountAll(target)).toBe(0);
    expect(unmountAll(path.join(base, 'missing'))).toBe(0);
    expect(unmountAll('')).toBe(0);
  });
});
