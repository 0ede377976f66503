import { chmod, chown, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { type Tree, tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from '../test/forms.ts';
import { defaultSpec, listBundles, listBundlesSync, newBundle as newPromised, type Spec } from './index.ts';

const spec: Spec = { ociVersion: '1.0.2' };

async function roots(tree: Tree = {}, parent?: string) {
  const base = await tempDir(tree, parent);
  return { base, path: path.join(base, 'state'), workDir: path.join(base, 'work') };
}

const modeOf = async (file: string) => (await stat(file)).mode & 0o7777;

describe.each(forms)('newBundle, $form form', ({ newBundle }) => {
  test('makes the bundle, its work directory and their parents', async () => {
    const { base, ...at } = await roots();
    const bundle = await newBundle({ id: 'web', path: `${at.path}/a/b`, workDir: at.workDir, spec });
    expect(bundle).toMatchObject({
      id: 'web',
      path: path.join(base, 'state/a/b/web'),
      workDir: path.join(base, 'work/web'),
    });
    expect(await readdir(base, { recursive: true })).toEqual(
      expect.arrayContaining(['state/a/b/web/config.json', 'state/a/b/web/rootfs', 'work/web']),
    );
    expect(JSON.parse(await readFile(path.join(bundle.path, 'config.json'), 'utf8'))).toEqual(spec);
  });

  test('gives each directory its mode, whatever the umask', async () => {
    for (const umask of [0o022, 0o077, 0o777]) {
      const at = await roots();
      const before = process.umask(umask);
      try {
        await newBundle({ id: 'web', ...at, spec });
      } finally {
        process.umask(before);
      }
      expect(await modeOf(path.join(at.path, 'web'))).toBe(0o700);
      expect(await modeOf(path.join(at.path, 'web/rootfs'))).toBe(0o711);
      expect(await modeOf(path.join(at.path, 'web/config.json'))).toBe(0o600);
      expect(await modeOf(path.join(at.workDir, 'web'))).toBe(0o700);
      expect(await modeOf(at.path)).toBe(0o711);
    }
  });

  test('asks nobody for the umask, which all threads share', async () => {
    const at = await roots();
    const umask = vi.spyOn(process, 'umask');
    try {
      await newBundle({ id: 'web', ...at, spec });
      expect(umask).not.toHaveBeenCalled();
    } finally {
      umask.mockRestore();
    }
  });

  test('gives the same modes below a set-gid directory', async () => {
    const at = await roots();
    await chmod(at.base, 0o2777);
    await newBundle({ id: 'web', ...at, spec });
    expect(await modeOf(at.path)).toBe(0o711);
    expect(await modeOf(path.join(at.path, 'web/rootfs'))).toBe(0o711);
    expect(await modeOf(path.join(at.workDir, 'web'))).toBe(0o700);
  });

  test('takes roots as URLs, also of another realm', async () => {
    const at = await roots();
    const workDir = runInNewContext(`({ href: '${pathToFileURL(at.workDir).href}', protocol: 'file:' })`);
    const bundle = await newBundle({ id: 'web', path: pathToFileURL(at.path), workDir, spec });
    expect(bundle).toMatchObject({ path: `${at.path}/web`, workDir: `${at.workDir}/web` });
    expect(await readdir(bundle.workDir)).toEqual([]);
  });

  test('goes where the file system leads, not where the text of a path does', async () => {
    const at = await roots({ real: { inside: {} }, work: {} });
    await symlink('real/inside', path.join(at.base, 'link'));
    await newBundle({ id: 'web', path: `${at.base}/link/../state`, workDir: at.workDir, spec });
    expect(await readdir(path.join(at.base, 'real/state'))).toEqual(['web']);
  });

  test('takes bytes and signals of another realm', async () => {
    const at = await roots();
    const bytes = runInNewContext(
      `new Uint8Array([...'{"ociVersion":"1.0.2"}'].map((c) => c.charCodeAt(0)))`,
    );
    await newBundle({ id: 'web', ...at, spec: bytes });
    expect(await readFile(path.join(at.path, 'web/config.json'), 'utf8')).toBe('{"ociVersion":"1.0.2"}');
  });

  test('says what is wrong with the root of the work directories, and not that the bundle is there', async () => {
    const at = await roots({ state: {}, work: 'a file' });
    await expect(newBundle({ id: 'web', ...at, spec })).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTDIR|EEXIST)$/),
    });
    expect(await readdir(at.path)).toEqual([]);
  });

  test.each([
    ['mode', { mode: Number.NaN }],
    ['mode', { mode: -1 }],
    ['mode', { mode: 0o10000 }],
    ['mode', { mode: '0711' }],
  ])('refuses the %s in %j, before it touches the disk', async (field, options) => {
    const at = await roots();
    await expect(newBundle({ id: 'web', ...at, spec, ...(options as object) })).rejects.toMatchObject({
      code: 'ERR_BUNDLE_ARGUMENT',
      field,
    });
    expect(await readdir(at.base)).toEqual([]);
  });

  test.each([undefined, null, 7])('refuses %s as its options', async (options) => {
    await expect(newBundle(options as never)).rejects.toMatchObject({ code: 'ERR_BUNDLE_ARGUMENT' });
  });

  test('takes the mode containerd once had', async () => {
    const at = await roots();
    await newBundle({ id: 'web', ...at, spec, mode: 0o711 });
    expect(await modeOf(path.join(at.path, 'web'))).toBe(0o711);
  });

  test.each([
    ['text', '{ "ociVersion": "1.0.2",\n  "x-mine": 1 }'],
    ['bytes', Buffer.from('{"ociVersion":"1.0.2","hostname":"ü"}')],
  ])('writes a spec given as %s as it is', async (_, given) => {
    const at = await roots();
    await newBundle({ id: 'web', ...at, spec: given });
    expect(await readFile(path.join(at.path, 'web/config.json'))).toEqual(Buffer.from(given));
  });

  test.each([
    ['no JSON', '{"ociVersion"'],
    ['empty text', ''],
    ['text that is no object', '"text"'],
    ['null', 'null'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['an object with a circle', circle()],
    [
      'mappings the kernel refuses',
      { ...spec, linux: { gidMappings: [{ containerID: 0, hostID: -1, size: 1 }] } },
    ],
  ])('refuses as a spec %s, before it touches the disk', async (_, given) => {
    const at = await roots();
    await expect(newBundle({ id: 'web', ...at, spec: given as string })).rejects.toMatchObject({
      name: 'BundleError',
      code: 'ERR_BUNDLE_SPEC',
    });
    expect(await readdir(at.base)).toEqual([]);
  });

  test.each(['../x', '', '.', '..', 'a/b', '.web', 'web-', 'a..b', 'x'.repeat(77), 'ü', 'a\0b'])(
    'refuses the id %j, before it touches the disk',
    async (id) => {
      const at = await roots();
      await expect(newBundle({ id, ...at, spec })).rejects.toMatchObject({ code: 'ERR_BUNDLE_ID' });
      expect(await readdir(at.base)).toEqual([]);
    },
  );

  test('whatever the id, it is a bundle of that name or an error of this package', async () => {
    const at = await roots();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 8 }), async (id) => {
        const outcome = await newBundle({ id, ...at, spec }).then(
          (bundle) => path.relative(at.path, bundle.path),
          (error: { code: string }) => error.code,
        );
        expect([id, 'ERR_BUNDLE_ID', 'ERR_BUNDLE_EXISTS']).toContain(outcome);
      }),
    );
    expect(await readdir(at.base)).toEqual(
      (await readdir(at.base)).filter((name) => /^(state|work)$/.test(name)),
    );
  });

  test.each([
    ['', 'work'],
    ['/', 'work'],
    ['state', '//'],
    ['same', './same/'],
    ['nul\0', 'work'],
    ['/run/nowhere', '/run/nowhere/web'],
    ['/run/nowhere/web', '/run/nowhere'],
    ['/run/nowhere', '/run/nowhere/web/work'],
  ])('refuses the roots %j and %j', async (root, workDir) => {
    await expect(newBundle({ id: 'web', path: root, workDir, spec })).rejects.toMatchObject({
      code: 'ERR_BUNDLE_PATH',
    });
  });

  test('may have one root in the other, which is no bundle then', async () => {
    const { base } = await roots({});
    const nested = { path: `${base}/state`, workDir: `${base}/state/work` };
    const bundle = await newBundle({ id: 'web', ...nested, spec });
    expect(listBundlesSync(nested).map(({ id }) => id)).toEqual(['web']);
    expect((await listBundles(nested)).map(({ id }) => id)).toEqual(['web']);
    await bundle.delete();
    expect(await readdir(nested.path)).toEqual(['work']);
  });

  test.each([
    ['a bundle', { 'config.json': 'theirs', rootfs: {} }],
    ['an empty directory', {}],
    ['a file', 'theirs'],
  ])('refuses where there is %s, and leaves it as it is', async (_, there) => {
    const at = await roots({ state: { web: there }, work: {} });
    const before = await readdir(at.base, { recursive: true });
    await expect(newBundle({ id: 'web', ...at, spec })).rejects.toMatchObject({
      code: 'ERR_BUNDLE_EXISTS',
      path: path.join(at.path, 'web'),
    });
    const after = await readdir(at.base, { recursive: true });
    expect(after.filter((name) => name !== 'work/web')).toEqual(before);
  });

  test('leaves nothing of its own where the bundle cannot be made', async () => {
    const at = await roots({ state: 'a file', work: {} });
    await expect(newBundle({ id: 'web', ...at, spec })).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTDIR|EEXIST)$/),
    });
    expect((await readdir(at.base, { recursive: true })).sort()).toEqual(['state', 'work']);
  });

  test('takes the work directory that a crash left, and closes it to others', async () => {
    const at = await roots({ work: { web: { 'old.log': 'kept' } } });
    await newBundle({ id: 'web', ...at, spec });
    expect(await modeOf(path.join(at.workDir, 'web'))).toBe(0o700);
    expect(await readdir(path.join(at.workDir, 'web'))).toEqual(['old.log']);
  });

  test('refuses a work directory that is a link or a file', async () => {
    const at = await roots({ elsewhere: {}, work: { db: '' } });
    await symlink('../elsewhere', path.join(at.workDir, 'web'));
    for (const id of ['web', 'db']) {
      await expect(newBundle({ id, ...at, spec })).rejects.toMatchObject({
        code: 'ERR_BUNDLE_EXISTS',
        path: path.join(at.workDir, id),
      });
    }
    expect((await readdir(at.base)).sort()).toEqual(['elsewhere', 'work']);
  });

  test('lets exactly one of many makers of one id win', async () => {
    const at = await roots();
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        newBundle({ id: 'web', ...at, spec: { ...spec, hostname: `h${index}` } }).then(
          () => `h${index}`,
          (error: { code: string }) => error.code,
        ),
      ),
    );
    const winners = outcomes.filter((outcome) => outcome !== 'ERR_BUNDLE_EXISTS');
    const config = JSON.parse(await readFile(path.join(at.path, 'web/config.json'), 'utf8'));
    expect([config.hostname]).toEqual(winners);
    expect((await readdir(at.base, { recursive: true })).sort()).toEqual([
      'state',
      'state/web',
      'state/web/config.json',
      'state/web/rootfs',
      'work',
      'work/web',
    ]);
  });

  describe('as root', () => {
    needs('linux', 'root');

    test('opens the bundle to the group of the mapped root, and to nobody else', async () => {
      const at = await roots();
      const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      const mapped = defaultSpec({ args: ['true'], uidMappings: mappings, gidMappings: mappings });
      await newBundle({ id: 'web', ...at, spec: mapped });
      expect(await stat(path.join(at.path, 'web'))).toMatchObject({ uid: 0, gid: 100_000, mode: 0o040_710 });
    });

    test('refuses a work directory of another user', async () => {
      const at = await roots({ work: { web: {} } });
      await chown(path.join(at.workDir, 'web'), 65_534, 65_534);
      await expect(newBundle({ id: 'web', ...at, spec })).rejects.toMatchObject({
        code: 'ERR_BUNDLE_EXISTS',
      });
    });
  });
});

// On a memory file system the steps are taken at once, elsewhere by libuv.
const PLACES = process.platform === 'linux' ? [tmpdir(), '/dev/shm'] : [tmpdir()];

test.each(PLACES)('in %s, an abort at any step leaves nothing of the bundle', async (parent) => {
  for (let turns = 0; turns < 25; turns += 1) {
    const at = await roots({ state: {}, work: {} }, parent);
    const abort = new AbortController();
    const making = newPromised({ id: 'web', ...at, spec, signal: abort.signal }).then(
      () => 'made',
      (error: Error) => error.message,
    );
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    abort.abort(new Error('no longer'));
    const left = (await making) === 'made' ? ['web'] : [];
    expect(await readdir(at.path)).toEqual(left);
    expect(await readdir(at.workDir)).toEqual(left);
  }
});

test.each(PLACES)('in %s, those who give up leave the work directory of the one who wins', async (parent) => {
  const at = await roots({ state: {}, work: {} }, parent);
  for (let round = 0; round < 60; round += 1) {
    const id = `web${round}`;
    const makers = Array.from({ length: 4 }, (_, index) => {
      const abort = new AbortController();
      const making = newPromised({ id, ...at, spec, signal: abort.signal }).then(
        () => true,
        () => false,
      );
      if (index > 0) void giveUp(abort, (round * index) % 23);
      return making;
    });
    const wins = (await Promise.all(makers)).filter(Boolean);
    expect(wins).toHaveLength(1);
    expect(await readdir(`${at.workDir}/${id}`)).toEqual([]);
  }
});

test.each(PLACES)('in %s, each directory has its mode, and all of it goes again', async (parent) => {
  const at = await roots({}, parent);
  const bundle = await newPromised({ id: 'web', ...at, spec });
  expect(await modeOf(bundle.path)).toBe(0o700);
  expect(await modeOf(`${bundle.path}/rootfs`)).toBe(0o711);
  expect(await modeOf(`${bundle.path}/config.json`)).toBe(0o600);
  expect(await modeOf(bundle.workDir)).toBe(0o700);
  await bundle.delete();
  expect((await readdir(at.base, { recursive: true })).sort()).toEqual(['state', 'work']);
});

async function giveUp(abort: AbortController, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
  abort.abort();
}

test('a signal that is none is refused before the disk is touched', async () => {
  const at = await roots();
  await expect(
    newPromised({ id: 'web', ...at, spec, signal: 'no' as unknown as AbortSignal }),
  ).rejects.toMatchObject({ code: 'ERR_BUNDLE_ARGUMENT', field: 'signal' });
  expect(await readdir(at.base)).toEqual([]);
});

test('a relative root is meant from where the process is now', async () => {
  const at = await roots();
  await mkdir(at.path);
  const bundle = await newPromised({
    id: 'web',
    path: path.relative(process.cwd(), at.path),
    workDir: path.relative(process.cwd(), at.workDir),
    spec,
  });
  expect(bundle.path).toBe(path.join(at.path, 'web'));
  await writeFile(path.join(bundle.workDir, 'log'), '');
});

function circle(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}
