import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { mount, unmount } from './mount.ts';
import { mountData } from './overlay.ts';
import { overlayOptions } from './overlay-options.ts';

const tooLong = expect.objectContaining({ code: 'ERR_NATIVE_MOUNT_TOO_LONG' });
function dataOf(options: readonly string[], maxBytes: number): string {
  const { text, close } = mountData(options, maxBytes);
  close();
  return text;
}

describe('the data of a mount', () => {
  needs('linux');

  test('is the options with commas, as long as they fit', () => {
    expect(dataOf(['size=4k', 'mode=700'], 16)).toBe('size=4k,mode=700');
    expect(() => mountData(['size=4k', 'mode=700'], 15)).toThrow(tooLong);
  });

  test('is measured in bytes', () => {
    expect(() => mountData(['é'.repeat(8)], 15)).toThrow(tooLong);
  });

  test('names the lower directories through their common parent where it must', async () => {
    const parent = path.join(await tempDir(), 'a-rather-long-name-of-a-directory', 'snapshots');
    const lower = Array.from({ length: 9 }, (_, index) => path.join(parent, String(index), 'fs'));
    for (const directory of lower) mkdirSync(directory, { recursive: true });
    const options = [`upperdir=${parent}/u`, `lowerdir=${lower.join(':')}`, 'index=off'];

    const { text, close } = mountData(options, options.join(',').length - 1);
    const [upper, short = '', index] = text.split(',');
    expect([upper, index]).toEqual([options[0], 'index=off']);
    const names = short.slice('lowerdir='.length).split(':');
    expect(names.map((name) => readdirSync(name))).toEqual(lower.map(() => []));
    expect(names.map((name) => path.basename(path.dirname(name)))).toEqual([...'012345678']);
    const seen = Number(names[0]?.split('/')[4]);
    close();
    expect(() => readlinkSync(`/proc/self/fd/${seen}`)).toThrow('ENOENT');
  });

  test.each([
    ['have only the root in common', 'lowerdir=/aaaaaaaa/1:/bbbbbbbb/2'],
    ['are not absolute', 'lowerdir=aaaaaaaa/1:aaaaaaaa/2'],
    ['are none', 'aaaaaaaaaaaaaaaaaaaa'],
  ])('is too long when the directories %s', (_, option) => {
    expect(() => mountData([option], 19)).toThrow(tooLong);
  });

  test('is too long when even the short names are', async () => {
    const directory = await tempDir();
    const option = `lowerdir=${Array(30).fill(`${directory}/x`).join(':')}`;
    expect(() => mountData([option], 40)).toThrow(tooLong);
  });

  test('keeps an escaped colon of a name', async () => {
    const parent = await tempDir();
    const data = `lowerdir=${parent}/1\\:1/fs:${parent}/2/fs`;
    expect(dataOf([data], data.length - 1)).toMatch(
      /^lowerdir=(\/proc\/self\/fd\/[0-9]+)\/1\\:1\/fs:\1\/2\/fs$/,
    );
  });
});

describe('the options of an overlay', () => {
  needs('linux', 'root');

  test('name directories whose names have what parts them', async () => {
    const base = await tempDir({}, '/dev/shm');
    const at = (name: string) => path.join(base, `${name}:,\\`);
    for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(at(name));
    writeFileSync(path.join(at('lower'), 'shown'), '');
    const options = overlayOptions({ lower: at('lower'), upper: at('upper'), work: at('work') });
    mount({ type: 'overlay', source: 'overlay', target: at('merged'), options });
    try {
      writeFileSync(path.join(at('merged'), 'new'), '');
      expect(readdirSync(at('merged')).sort()).toEqual(['new', 'shown']);
      expect(readdirSync(at('upper'))).toEqual(['new']);
    } finally {
      unmount(at('merged'));
    }
  });
});
