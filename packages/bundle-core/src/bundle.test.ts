import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { saveAddress } from '@shimwright/shim-address';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { type Tree, tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from '../test/forms.ts';
import { loadBundle } from './index.ts';

const bundleTree: Tree = { 'config.json': '{}', rootfs: {} };

async function loaded(
  tree: Tree = { state: { web: bundleTree, db: bundleTree }, work: { web: { log: '' } } },
) {
  const base = await tempDir(tree);
  const roots = { path: path.join(base, 'state'), workDir: path.join(base, 'work') };
  return { base, roots, bundle: loadBundle({ id: 'web', ...roots }) };
}

describe('loadBundle', () => {
  test('gives the paths of a bundle without a look at the disk', () => {
    expect(loadBundle({ id: 'web', path: '/no/state/', workDir: '//no/./work/' })).toMatchObject({
      id: 'web',
      path: '/no/state/web',
      workDir: '/no/work/web',
    });
  });

  test('refuses an id that climbs, and a root that is none', () => {
    const at = { path: '/no/state', workDir: '/no/work' };
    expect(() => loadBundle({ id: '../x', ...at })).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_ID' }),
    );
    expect(() => loadBundle({ id: 'x', ...at, path: '' })).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_PATH' }),
    );
    expect(() => loadBundle({ id: 'x', ...at, workDir: undefined as never })).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_PATH' }),
    );
  });
});

describe.each(forms)('bundle.delete, $form form', ({ deleteBundle }) => {
  test('removes both directories and no others', async () => {
    const { base, bundle } = await loaded();
    await deleteBundle(bundle);
    expect((await readdir(base, { recursive: true })).sort()).toEqual([
      'state',
      'state/db',
      'state/db/config.json',
      'state/db/rootfs',
      'work',
    ]);
  });

  test('removes the socket of its shim', async () => {
    const { base, bundle } = await loaded();
    const socket = path.join(base, 'shim.sock');
    const server = createServer().listen(socket);
    onTestFinished(() => void server.close());
    await saveAddress(bundle.path, `unix://${socket}`);
    await deleteBundle(bundle);
    expect(await readdir(base)).toEqual(['state', 'work']);
  });

  test('leaves the socket of a shim of runtime v2, which other bundles may use', async () => {
    const { base, bundle } = await loaded();
    const socket = path.join(base, 'shim.sock');
    const server = createServer().listen(socket);
    onTestFinished(() => void server.close());
    await saveAddress(bundle.path, `unix://${socket}`);
    await writeFile(path.join(bundle.path, 'shim-binary-path'), '/usr/bin/containerd-shim-runc-v2');
    await deleteBundle(bundle);
    expect(await readdir(base)).toEqual(['shim.sock', 'state', 'work']);
  });

  test.each([
    ['no address at all', 'nonsense'],
    ['a file that is no socket', 'unix://FILE'],
    ['a socket that is gone', 'unix://GONE'],
    ['a path below a file', 'unix://FILE/shim.sock'],
    ['a path far below a file', 'unix://FILE/a/b/shim.sock'],
    ['a path in a loop of links', 'unix://LOOP/shim.sock'],
    ['a directory', 'unix://state'],
  ])('is not kept from it by a record of %s', async (_, record) => {
    const { base, bundle } = await loaded();
    await writeFile(path.join(base, 'FILE'), 'data');
    await symlink('LOOP', path.join(base, 'LOOP'));
    await writeFile(path.join(bundle.path, 'address'), record.replace('//', `//${base}/`));
    await deleteBundle(bundle);
    expect(await readFile(path.join(base, 'FILE'), 'utf8')).toBe('data');
    expect(await readdir(path.join(base, 'work'))).toEqual([]);
  });

  test('takes what is gone already: the bundle, its work directory, or both', async () => {
    for (const tree of [{ state: { web: bundleTree } }, { work: { web: {} } }, {}]) {
      const { base, bundle } = await loaded(tree);
      await deleteBundle(bundle);
      expect((await readdir(base, { recursive: true })).sort()).toEqual(Object.keys(tree));
    }
  });

  test('may be done by many at the same time', async () => {
    const { base, bundle } = await loaded();
    await Promise.all(Array.from({ length: 8 }, () => deleteBundle(bundle)));
    expect(await readdir(path.join(base, 'work'))).toEqual([]);
    expect(await readdir(path.join(base, 'state'))).toEqual(['db']);
  });

  describe('as root', () => {
    needs('linux', 'root', 'command chattr');

    test('refuses while something is mounted, and changes nothing', async () => {
      const { base, bundle } = await loaded();
      const rootfs = path.join(bundle.path, 'rootfs');
      const before = await readdir(base, { recursive: true });
      await writeFile(path.join(base, 'shim.sock'), '');
      await execa('mount', ['--bind', path.join(base, 'work'), rootfs]);
      try {
        await expect(deleteBundle(bundle)).rejects.toMatchObject({
          name: 'BundleError',
          code: 'ERR_BUNDLE_BUSY',
          path: bundle.path,
          mounts: [rootfs],
        });
      } finally {
        await execa('umount', [rootfs]);
      }
      const after = await readdir(base, { recursive: true });
      expect(after.filter((name) => name !== 'shim.sock')).toEqual(before);
    });

    test.each(['state/web/rootfs', 'work/web', 'work/web/deep'])(
      'refuses while something is mounted at %s, and leaves the bundle, its work and its socket',
      async (place) => {
        const { base, bundle } = await loaded();
        const server = createServer().listen(path.join(base, 'shim.sock'));
        onTestFinished(() => void server.close());
        await saveAddress(bundle.path, `unix://${base}/shim.sock`);
        const mount = path.join(base, place);
        await mkdir(mount, { recursive: true });
        const before = await readdir(base, { recursive: true });
        await execa('mount', ['-t', 'tmpfs', 'tmpfs', mount]);
        try {
          await expect(deleteBundle(bundle)).rejects.toMatchObject({
            code: 'ERR_BUNDLE_BUSY',
            path: place.startsWith('work') ? bundle.workDir : bundle.path,
            mounts: [mount],
          });
        } finally {
          await execa('umount', [mount]);
        }
        expect(await readdir(base, { recursive: true })).toEqual(before);
      },
    );

    test('still deletes the other directory when one cannot go, and tells why', async () => {
      for (const stuck of ['state', 'work']) {
        const { base, bundle } = await loaded();
        await immutable(path.join(base, stuck), async () => {
          await expect(deleteBundle(bundle)).rejects.toMatchObject({ code: 'EPERM' });
        });
        await expect(stat(path.join(base, stuck, 'web'))).resolves.toBeDefined();
        await expect(stat(path.join(base, stuck === 'work' ? 'state' : 'work', 'web'))).rejects.toThrow(
          'ENOENT',
        );
      }
    });

    test('carries both failures when neither can go', async () => {
      const { base, bundle } = await loaded();
      await immutable(path.join(base, 'state'), () =>
        immutable(path.join(base, 'work'), async () => {
          await expect(deleteBundle(bundle)).rejects.toMatchObject({
            code: 'ERR_BUNDLE_DELETE',
            errors: [{ code: 'EPERM' }, { code: 'EPERM' }],
            cause: { code: 'EPERM' },
          });
        }),
      );
    });
  });
});

describe.each(forms)('bundle.delete of a deep tree, $form form', ({ deleteBundle }) => {
  test('removes what a container has made 3000 levels deep', async () => {
    const { base, bundle } = await loaded();
    const levels = 'd/'.repeat(1000);
    const dig = 'for part in 1 2 3; do mkdir -p "$1" && cd -P "$1" || exit 1; done';
    await execa('sh', ['-c', dig, 'sh', levels], { cwd: path.join(bundle.path, 'rootfs') });
    await deleteBundle(bundle);
    expect(await readdir(path.join(base, 'state'))).toEqual(['db']);
  });
});

test('an abort before anything is removed leaves the bundle and its socket', async () => {
  const { base, bundle } = await loaded();
  const server = createServer().listen(path.join(base, 'shim.sock'));
  onTestFinished(() => void server.close());
  await saveAddress(bundle.path, `unix://${base}/shim.sock`);
  const before = (await readdir(base, { recursive: true })).sort();
  for (let turns = 0; turns < 40; turns += 1) {
    const abort = new AbortController();
    const deleting = bundle.delete({ signal: abort.signal }).then(
      () => 'deleted',
      (error: Error) => error.message,
    );
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    abort.abort(new Error('no longer'));
    const after = (await readdir(base, { recursive: true })).sort();
    const outcome = await deleting;
    if (outcome === 'deleted') break;
    expect(outcome).toBe('no longer');
    expect(after).toEqual(before);
  }
});

test('a signal that is none is refused', async () => {
  const { bundle } = await loaded();
  await expect(bundle.delete({ signal: {} as AbortSignal })).rejects.toMatchObject({
    code: 'ERR_BUNDLE_ARGUMENT',
    field: 'signal',
  });
  await expect(bundle.delete(null as never)).rejects.toMatchObject({ code: 'ERR_BUNDLE_ARGUMENT' });
  expect(await readdir(bundle.path)).not.toEqual([]);
});

describe.each(forms)('listBundles, $form form', ({ listBundles }) => {
  test('finds what is a bundle, by id in order', async () => {
    const { base, roots } = await loaded({
      state: {
        web: bundleTree,
        db: bundleTree,
        '.web.delete~1-1-0-abcdefgh': bundleTree,
        '.hidden': {},
        'no id': {},
        file: '',
      },
    });
    const found = await listBundles(roots);
    expect(found.map(({ id, path: at, workDir }) => ({ id, at, workDir }))).toEqual([
      { id: 'db', at: path.join(base, 'state/db'), workDir: path.join(base, 'work/db') },
      { id: 'web', at: path.join(base, 'state/web'), workDir: path.join(base, 'work/web') },
    ]);
  });

  test('finds none where there is no root', async () => {
    const { roots } = await loaded({});
    expect(await listBundles(roots)).toEqual([]);
  });

  test('says what is wrong with a root', async () => {
    const { roots } = await loaded({ state: '' });
    await expect(listBundles(roots)).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(listBundles({ ...roots, path: '/' })).rejects.toMatchObject({ code: 'ERR_BUNDLE_PATH' });
  });
});

/** While `work` runs, no entry of the directory can be renamed or removed, not even by root. */
async function immutable(directory: string, work: () => Promise<void>): Promise<void> {
  await execa('chattr', ['+i', directory]);
  try {
    await work();
  } finally {
    await execa('chattr', ['-i', directory]);
  }
}
