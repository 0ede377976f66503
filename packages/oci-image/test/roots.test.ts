import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { busybox, madeImage, small } from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { ImageStore } from '../src/index.ts';
import { contents, kept, newStore, place } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci');

/** A store that has a small image by the name `it`. */
async function filledStore(entries = small(), config = {}): Promise<ImageStore> {
  const made = await madeImage(await tempDir(), { layers: [entries], config });
  const store = await newStore();
  await store.pull(made.source, { name: 'it' });
  return store;
}

/** How much space a directory takes, its mounts left out. */
async function diskOf(directory: string): Promise<number> {
  const { stdout } = await execa('du', ['-sxk', directory]);
  return Number(stdout.split('\t')[0]);
}

describe('the root of a container', () => {
  test.each(['overlay', 'copy'] as const)(
    'by %s has the files of the image, and keeps its own apart',
    async (kind) => {
      const store = await filledStore(busybox());
      await using one = await store.createRoot({ id: 'one', image: 'it', kind });
      await using two = await store.createRoot({ id: 'two', image: 'it', kind });
      expect([one.kind, two.kind]).toEqual([kind, kind]);
      writeFileSync(path.join(one.path, 'etc/passwd'), 'mine');
      await execa('rm', ['-r', path.join(one.path, 'bin')]);
      expect(readdirSync(two.path).sort()).toEqual(['bin', 'etc']);
      expect(readFileSync(path.join(two.path, 'etc/passwd'), 'utf8')).toContain('web:x:101');
      await using three = await store.createRoot({ id: 'three', image: 'it', kind });
      expect(readdirSync(three.path).sort()).toEqual(['bin', 'etc']);
      const { stdout } = await execa('chroot', [three.path, '/bin/cat', '/etc/group']);
      expect(stdout).toContain('logs:x:103');
    },
  );

  test('adds no disk to the image but some directories', async () => {
    const store = await filledStore(busybox());
    await using _ = await store.createRoot({ id: 'one', image: 'it' });
    const before = await diskOf(store.directory);
    await using __ = await store.createRoot({ id: 'two', image: 'it' });
    expect((await diskOf(store.directory)) - before).toBeLessThanOrEqual(40);
  });

  test('is found by another process, can be unmounted and mounted, and keeps what was written', async () => {
    const store = await filledStore();
    const root = await store.createRoot({ id: 'one', image: 'it' });
    writeFileSync(path.join(root.path, 'note'), 'mine');
    await root.unmount();
    expect(await root.isMounted()).toBe(false);
    const [same] = await new ImageStore({ directory: store.directory }).roots();
    expect(same).toMatchObject({ id: 'one', image: 'docker.io/library/it:latest', kind: 'overlay' });
    await same?.mount();
    await same?.mount(); // once is enough
    expect(await root.isMounted()).toBe(true);
    expect(readFileSync(path.join(root.path, 'note'), 'utf8')).toBe('mine');
    await (await store.root('one')).remove();
    await root.remove(); // gone already
    expect(await store.roots()).toEqual([]);
    await expect(store.root('one')).rejects.toMatchObject({ code: 'ERR_IMAGE_ROOT_NOT_FOUND' });
  });

  test('of an image that was removed goes on, and its files are garbage when the last one is removed', async () => {
    const store = await filledStore(small(), { Cmd: ['it'], User: '7' });
    const root = await store.createRoot({ id: 'one', image: 'it' });
    await store.remove('it');
    await store.collectGarbage();
    expect(readFileSync(path.join(root.path, 'file'), 'utf8')).toBe('one');
    expect((await root.spec()).process).toMatchObject({ args: ['it'], user: { uid: 7, gid: 0 } });
    await root.unmount();
    await root.mount();
    expect(readFileSync(path.join(root.path, 'file'), 'utf8')).toBe('one');
    await expect(store.createRoot({ id: 'two', image: 'it' })).rejects.toMatchObject({
      code: 'ERR_IMAGE_UNKNOWN',
    });
    await root.remove();
    expect(await store.collectGarbage()).toMatchObject({ trees: 1, blobs: 2 });
    expect(contents(store)).toEqual([]);
  });

  test('is refused where there is one of that id, which stays', async () => {
    const store = await filledStore();
    await using root = await store.createRoot({ id: 'one', image: 'it' });
    writeFileSync(path.join(root.path, 'note'), 'mine');
    await expect(store.createRoot({ id: 'one', image: 'it' })).rejects.toMatchObject({
      code: 'ERR_IMAGE_EXISTS',
    });
    expect(readFileSync(path.join(root.path, 'note'), 'utf8')).toBe('mine');
    const race = await Promise.allSettled(
      Array.from({ length: 5 }, () => store.createRoot({ id: 'two', image: 'it' })),
    );
    const winners = race.filter(({ status }) => status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const each of race)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'ERR_IMAGE_EXISTS' });
    await (await store.root('two')).remove();
  });

  test('stays whole while it is in use', async () => {
    const store = await filledStore();
    const root = await store.createRoot({ id: 'one', image: 'it' });
    const held = await open(path.join(root.path, 'file'));
    await expect(root.remove()).rejects.toMatchObject({ code: 'ERR_IMAGE_BUSY', path: root.path });
    expect(readdirSync(root.path)).toEqual(['file']);
    await held.close();
    await root.remove();
  });

  test('can be left to others to mount', async () => {
    const store = await filledStore();
    const root = await store.createRoot({ id: 'one', image: 'it', mount: false });
    expect(await root.isMounted()).toBe(false);
    const target = path.join(store.directory, 'elsewhere');
    await mkdir(target);
    for (const { type, source, options } of root.mounts) {
      await execa('mount', ['-t', type, '-o', options.join(','), source, target]);
    }
    expect(readdirSync(target)).toEqual(['file']);
    await execa('umount', [target]);
    await root.remove();
  });

  test('has as much to write to as it was given', async () => {
    const store = await filledStore();
    await using root = await store.createRoot({ id: 'one', image: 'it', writableBytes: 1024 * 1024 });
    expect(root.writableBytes).toBe(1024 * 1024);
    const large = path.join(root.path, 'large');
    await writeFile(large, Buffer.alloc(500_000));
    await expect(writeFile(large, Buffer.alloc(2_000_000))).rejects.toMatchObject({ code: 'ENOSPC' });
    // In memory, what was written is gone with the mount.
    await root.unmount();
    await root.mount();
    expect(readdirSync(root.path)).toEqual(['file']);
  });

  test('has the ids of its user namespace', async () => {
    const entries = [
      { name: 'roots', content: 'x' },
      { name: 'theirs', content: 'x', uid: 7, gid: 8 },
    ];
    const store = await filledStore(entries);
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const root = await store.createRoot({
      id: 'one',
      image: 'it',
      uidMappings: mappings,
      gidMappings: mappings,
    });
    await using plain = await store.createRoot({ id: 'two', image: 'it' });
    await using _ = root;
    const owners = (directory: string) =>
      entries.map(({ name }) => statSync(path.join(directory, name))).map(({ uid, gid }) => [uid, gid]);
    expect(owners(root.path)).toEqual([
      [100_000, 100_000],
      [100_007, 100_008],
    ]);
    expect(owners(plain.path)).toEqual([
      [0, 0],
      [7, 8],
    ]);
    expect(statSync(root.path).uid).toBe(100_000);
    // Whoever is root in the container gets there, and nobody else.
    const enter = (id: number, directory: string) =>
      execa(
        'setpriv',
        [`--reuid=${id}`, `--regid=${id}`, '--clear-groups', 'cat', path.join(directory, 'theirs')],
        {
          reject: false,
        },
      );
    expect(statSync(path.dirname(root.path))).toMatchObject({ mode: 0o40710, uid: 0, gid: 100_000 });
    expect(statSync(path.dirname(plain.path))).toMatchObject({ mode: 0o40700, uid: 0, gid: 0 });
    expect((await enter(65_534, root.path)).stderr).toContain('Permission denied');
    expect((await enter(65_534, plain.path)).stderr).toContain('Permission denied');
    expect(kept(store).filter((name) => name.startsWith('trees/'))).toHaveLength(2);
  });

  test('that is given up leaves nothing', async () => {
    const store = await filledStore();
    for (const kind of ['overlay', 'copy'] as const) {
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(store.createRoot({ id: 'one', image: 'it', kind, signal })).rejects.toThrow('enough');
      const controller = new AbortController();
      const making = store.createRoot({ id: 'one', image: 'it', kind, signal: controller.signal });
      setImmediate(() => controller.abort(new Error('enough')));
      await making.then(
        (root) => root.remove(),
        (error: unknown) => expect(error).toMatchObject({ message: 'enough' }),
      );
    }
    expect(readdirSync(path.join(store.directory, 'roots'))).toEqual([]);
  });
});

describe('without overlayfs', () => {
  // As in a container whose own files are on overlayfs: no layer of another overlayfs can be there.
  async function storeOnOverlay(): Promise<{ store: ImageStore; end: () => Promise<unknown> }> {
    const base = await place();
    for (const name of ['lower', 'upper', 'work', 'merged']) await mkdir(path.join(base, name));
    const options = ['lower', 'upper', 'work'].map((name) => `${name}dir=${base}/${name}`).join(',');
    await execa('mount', ['-t', 'overlay', '-o', options, 'overlay', `${base}/merged`]);
    const store = new ImageStore({ directory: `${base}/merged/store` });
    const made = await madeImage(await tempDir(), { layers: [small()] });
    await store.pull(made.source, { name: 'it' });
    return { store, end: () => execa('umount', [`${base}/merged`]) };
  }

  test('a root is a copy, and what must have overlayfs says so', async () => {
    const { store, end } = await storeOnOverlay();
    const root = await store.createRoot({ id: 'one', image: 'it' });
    expect(root.kind).toBe('copy');
    expect(readFileSync(path.join(root.path, 'file'), 'utf8')).toBe('one');
    expect(await root.isMounted()).toBe(true);
    await expect(store.createRoot({ id: 'two', image: 'it', kind: 'overlay' })).rejects.toMatchObject({
      code: 'ERR_IMAGE_UNSUPPORTED',
    });
    expect(existsSync(path.join(store.directory, 'roots/two'))).toBe(false);
    // Memory can hold a layer there too.
    const limited = await store.createRoot({ id: 'two', image: 'it', writableBytes: 1_000_000 });
    expect(limited.kind).toBe('overlay');
    await limited.remove();
    await root.remove();
    await end();
  });
});

describe('garbage', () => {
  test('is what no name and no container holds', async () => {
    const base = small('the same below');
    const store = await newStore();
    const one = await madeImage(await tempDir(), { layers: [base, small('one')] });
    const two = await madeImage(await tempDir(), { layers: [base, small('two')] });
    await store.pull(one.source, { name: 'one' });
    await store.pull(two.source, { name: 'two' });
    await store.tag('one', 'other:name');
    expect((await store.list()).map(({ name }) => name)).toEqual([
      'docker.io/library/one:latest',
      'docker.io/library/other:name',
      'docker.io/library/two:latest',
    ]);
    await store.remove('one');
    expect(await store.collectGarbage()).toEqual({ blobs: 0, bytes: 0, trees: 0, leftovers: 0 });
    await store.remove('other:name');
    // Its own layer, manifest and config; the layer below is the other's too.
    expect(await store.collectGarbage()).toMatchObject({ blobs: 3, trees: 1 });
    await using root = await store.createRoot({ id: 'one', image: 'two' });
    expect(readFileSync(path.join(root.path, 'file'), 'utf8')).toBe('two');
    await expect(store.remove('one')).rejects.toMatchObject({ code: 'ERR_IMAGE_UNKNOWN' });
  });

  test('that is collected while images are pulled and containers made takes nothing from them', async () => {
    const store = await newStore();
    const images = await Promise.all([1, 2, 3, 4].map((n) => madeImageOf(`number ${n}`)));
    let isOver = false;
    const collecting = (async () => {
      while (!isOver) await store.collectGarbage();
    })();
    await Promise.all(
      images.map(async (source, index) => {
        await store.pull(source, { name: `n${index}` });
        await using root = await store.createRoot({ id: `n${index}`, image: `n${index}` });
        expect(readFileSync(path.join(root.path, 'file'), 'utf8')).toBe(`number ${index + 1}`);
      }),
    );
    isOver = true;
    await collecting;
  });
});

async function madeImageOf(text: string): Promise<string> {
  return (await madeImage(await tempDir(), { layers: [small(text)] })).source;
}
