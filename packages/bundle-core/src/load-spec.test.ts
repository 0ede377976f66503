import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { loadBundle, loadSpec, loadSpecSync, newBundleSync, RLIM_INFINITY, type Spec } from './index.ts';

const loaders = [
  ['loadSpec', loadSpec],
  ['loadSpecSync', async (...args: Parameters<typeof loadSpecSync>) => loadSpecSync(...args)],
] as const;

const spec: Spec = {
  ociVersion: '1.0.2',
  process: {
    cwd: '/',
    user: { uid: 0, gid: 0 },
    rlimits: [{ type: 'RLIMIT_NOFILE', soft: 10, hard: RLIM_INFINITY }],
  },
};

async function place() {
  const base = await tempDir();
  return { id: 'web', path: `${base}/state`, workDir: `${base}/work` };
}

describe.each(loaders)('%s', (_, load) => {
  test('gives the spec that a bundle was made from, digit by digit', async () => {
    const bundle = newBundleSync({ ...(await place()), spec });
    expect(await load(bundle)).toEqual(spec);
  });

  test('gives what a Go client has written', async () => {
    const text = '{"ociVersion":"1.0.2","linux":{"resources":{"memory":{"limit":9223372036854775807}}}}';
    const bundle = newBundleSync({ ...(await place()), spec: text });
    expect((await load(bundle)).linux?.resources?.memory?.limit).toBe(9_223_372_036_854_775_807n);
  });

  test.each([
    ['no JSON', '{'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['no object', '[]'],
    ['a number beyond 64 bits', '{"x":99999999999999999999}'],
  ])('says which file holds %s', async (_what, content) => {
    const bundle = newBundleSync({ ...(await place()), spec });
    await writeFile(`${bundle.path}/config.json`, content);
    await expect(load(bundle)).rejects.toMatchObject({
      code: 'ERR_BUNDLE_SPEC',
      path: `${bundle.path}/config.json`,
    });
  });

  test('passes on the system’s own error where there is no bundle', async () => {
    const at = await place();
    await expect(load(loadBundle(at))).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(at.path, { recursive: true, force: true });
  });
});
