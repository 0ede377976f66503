import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { type CreateRootOptions, ImageStore, type ImageStoreOptions, type PullOptions } from './index.ts';

const argument = { code: 'ERR_IMAGE_ARGUMENT' };
const newStore = async () => new ImageStore({ directory: path.join(await tempDir(), 'store') });

test.each([
  ...[
    undefined,
    null,
    7,
    {},
    { directory: '' },
    { directory: '/' },
    { directory: '/a,b' },
    { directory: '/a:b' },
  ],
  ...[
    { directory: 'a\0b' },
    { directory: '/a\\b' },
    { directory: '/a', skopeo: '' },
    { directory: '/a', umoci: 7 },
  ],
  { directory: new URL('https://example.com/') },
  { directory: '/a', root: '/b' },
])('a store with %j is refused', (options) => {
  expect(() => new ImageStore(options as ImageStoreOptions)).toThrow(expect.objectContaining(argument));
});

test('a store touches nothing before it has to, and says what it does not have', async () => {
  const store = await newStore();
  expect(await store.list()).toEqual([]);
  expect(await store.roots()).toEqual([]);
  await expect(store.get('alpine')).rejects.toMatchObject({ code: 'ERR_IMAGE_UNKNOWN' });
  await expect(store.root('one')).rejects.toMatchObject({ code: 'ERR_IMAGE_ROOT_NOT_FOUND' });
  await expect(store.createRoot({ id: 'one', image: 'alpine' })).rejects.toMatchObject({
    code: 'ERR_IMAGE_UNKNOWN',
  });
  await expect(store.pull('not/An/image')).rejects.toMatchObject(argument);
  expect(existsSync(store.directory)).toBe(false);
});

describe('what is refused, with nothing made', () => {
  test.each([
    ...[
      null,
      7,
      { name: 'A B' },
      { name: 7 },
      { platform: 'linux' },
      { when: 'never' },
      { retries: -1 },
      { timeout: 5 },
      { retries: 1.5 },
    ],
    ...[
      { insecure: 'yes' },
      { unpack: 1 },
      { timeoutMs: 0 },
      { timeoutMs: Number.NaN },
      { timeoutMs: 2 ** 31 },
      { stallTimeoutMs: '1' },
    ],
    ...[
      { authFile: '' },
      { certificates: 7 },
      { policy: 'a\0' },
      { credentials: 'alice' },
      { credentials: { username: 'alice' } },
    ],
    ...[
      { credentials: { username: 'a:b', password: 'c' } },
      { credentials: { username: '', password: 'c' } },
    ],
    ...[{ credentials: { identityToken: '' } }, { signal: {} }, { onProgress: 7 }],
  ])('pull with %j', async (options) => {
    const store = await newStore();
    await expect(store.pull('alpine', options as PullOptions)).rejects.toMatchObject(argument);
    expect(existsSync(store.directory)).toBe(false);
  });

  test('credentials for what is in files', async () => {
    const store = await newStore();
    const credentials = { username: 'a', password: 'b' };
    await expect(store.pull('oci:/a:b', { credentials })).rejects.toMatchObject(argument);
  });

  test.each([
    ...[
      null,
      7,
      {},
      { id: 'one' },
      { id: '', image: 'a' },
      { id: '../a', image: 'a' },
      { id: 'a/b', image: 'a' },
    ],
    ...[
      { id: 'a'.repeat(77), image: 'a' },
      { id: '.a', image: 'a' },
      { id: 'a', image: 'A' },
      { id: 'a', image: 7 },
    ],
    ...[
      { kind: 'vfs' },
      { writableBytes: 0 },
      { writableBytes: 1.5 },
      { kind: 'copy', writableBytes: 1 },
      { mount: 'no' },
    ].map((each) => ({ id: 'a', image: 'a', ...each })),
    ...[
      { uidMappings: 7 },
      { uidMappings: [{}] },
      { uidMappings: [{ containerID: 0, hostID: 1, size: 1 }] },
    ].map((each) => ({
      id: 'a',
      image: 'a',
      ...each,
    })),
    { id: 'a', image: 'a', platform: 'linux' },
    { id: 'a', image: 'a', signal: 'now' },
  ])('createRoot with %j', async (options) => {
    const store = await newStore();
    await expect(store.createRoot(options as CreateRootOptions)).rejects.toMatchObject(argument);
    expect(existsSync(store.directory)).toBe(false);
  });

  test.each(['', 'A', 7, undefined])('the name %j', async (name) => {
    const store = await newStore();
    for (const call of [
      () => store.get(name as string),
      () => store.remove(name as string),
      () => store.tag('a', name as string),
    ]) {
      await expect(call()).rejects.toMatchObject(argument);
    }
    expect(existsSync(store.directory)).toBe(false);
  });
});
