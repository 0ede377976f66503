import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { madeImage, small } from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { ImageStore } from '../src/index.ts';
import { startRegistry } from './fixtures/registry.ts';
import { contents, place } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci', 'command docker-registry');

/** A store on a disk of its own, of some megabytes. */
async function storeOf(megabytes: number, inodes = 0) {
  const directory = await place();
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,nr_inodes=${inodes}`, 'tmpfs', directory]);
  const store = new ImageStore({ directory: `${directory}/store` });
  return {
    store,
    grow: () => execa('mount', ['-o', 'remount,size=64m,nr_inodes=0', directory]),
    end: () => execa('umount', [directory]),
  };
}

const MIB = 1024 * 1024;

test.each([
  ['in the middle of a layer', 2, 0, () => [{ name: 'large', content: randomBytes(6 * MIB) }]],
  ['in the middle of unpacking', 4, 0, () => [{ name: 'large', content: Buffer.alloc(12 * MIB) }]],
  [
    'of files, in the middle of unpacking',
    8,
    60,
    () => Array.from({ length: 200 }, (_, n) => ({ name: `file${n}`, content: 'x' })),
  ],
])(
  'a disk that is full %s is told so, nothing is left, and there is no harm once there is room',
  async (...given) => {
    const [, megabytes, inodes, entries] = given;
    const registry = await startRegistry();
    const made = await madeImage(await tempDir(), { layers: [entries()] });
    const name = await registry.push(made.source, 'large:1');
    const { store, grow, end } = await storeOf(megabytes, inodes);
    await expect(store.pull(name, { insecure: true })).rejects.toMatchObject({
      code: 'ERR_IMAGE_NO_SPACE',
      message: expect.stringContaining('make room'),
    });
    expect(contents(store)).toEqual([]);
    await grow();
    expect((await store.pull(name, { insecure: true })).digest).toBe(made.digest);
    await end();
  },
);

test('a copy for which there is no room leaves nothing', async () => {
  const made = await madeImage(await tempDir(), {
    layers: [[...small(), { name: 'large', content: Buffer.alloc(6 * MIB) }]],
  });
  const { store, grow, end } = await storeOf(10);
  await store.pull(made.source, { name: 'it' });
  const making = store.createRoot({ id: 'one', image: 'it', kind: 'copy' });
  await expect(making).rejects.toMatchObject({ code: 'ERR_IMAGE_NO_SPACE' });
  expect(readdirSync(`${store.directory}/roots`)).toEqual([]);
  await grow();
  const root = await store.createRoot({ id: 'one', image: 'it', kind: 'copy' });
  await root.remove();
  await end();
});
