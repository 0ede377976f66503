import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { type Tree, tempDir } from '../../../../tools/testing/temp-dir.ts';
import { readInRoot, resolveInRoot } from './resolve-in-root.ts';
import { findUser } from './user.ts';

const passwd = [
  'root:x:0:0:root:/root:/bin/sh',
  'web:x:101:102::/:',
  'broken',
  '7:x:8:9::/:',
  'x:y:z',
  '',
].join('\n');
const group = ['root:x:0:', 'web:x:102:', 'logs:x:103:root,web', 'more:x:104:web', 'wheel:x:10:root'].join(
  '\n',
);

const rootfs = (etc: Tree = { passwd, group }) => tempDir({ etc });

describe('the user of an image', () => {
  test.each([
    ['', { uid: 0, gid: 0, additionalGids: [103, 10] }],
    ['root', { uid: 0, gid: 0, additionalGids: [103, 10] }],
    ['web', { uid: 101, gid: 102, additionalGids: [103, 104] }],
    ['101', { uid: 101, gid: 102, additionalGids: [103, 104] }],
    ['web:root', { uid: 101, gid: 0 }],
    ['web:5', { uid: 101, gid: 5 }],
    ['web:', { uid: 101, gid: 102, additionalGids: [103, 104] }],
    ['1000', { uid: 1000, gid: 0 }],
    ['1000:logs', { uid: 1000, gid: 103 }],
    ['1000:1000', { uid: 1000, gid: 1000 }],
    // A name counts before a number.
    ['7', { uid: 8, gid: 9 }],
    [':logs', { uid: 0, gid: 103 }],
  ])('%j is %j', async (user, found) => {
    expect(await findUser(await rootfs(), user, 'it')).toEqual(found);
  });

  test.each([
    'nobody',
    'web:nobody',
    '-1',
    '4294967296',
    '99999999999',
    '1.5',
    'root ',
    '0x0',
    'x',
    '../root',
  ])('%j is not there', async (user) => {
    const finding = findUser(await rootfs(), user, 'it');
    await expect(finding).rejects.toMatchObject({ code: 'ERR_IMAGE_USER', image: 'it' });
  });

  test('can be a number where the image has no users', async () => {
    const empty = await tempDir();
    expect(await findUser(empty, '', 'it')).toEqual({ uid: 0, gid: 0 });
    expect(await findUser(empty, '5:6', 'it')).toEqual({ uid: 5, gid: 6 });
    await expect(findUser(empty, 'root', 'it')).rejects.toMatchObject({ code: 'ERR_IMAGE_USER' });
  });
});

describe('links of an image', () => {
  test('are followed as in the container, and never out of it', async () => {
    const root = await tempDir({ etc: {}, usr: { share: { passwd: 'inside' } }, 'outer-secret': 'never' });
    const outside = await tempDir({ passwd: 'outside' });
    const link = (target: string, name: string) => symlink(target, path.join(root, name));
    await link('/usr/share', 'absolute');
    await link('usr/share', 'relative');
    await link('../../../../../usr/share', 'climbing');
    await link(outside, 'out');
    await link(`../../../../../../..${outside}`, 'climbing-out');
    await link('circle', 'circle');
    await link('/absolute/passwd', 'etc/passwd');
    for (const each of ['absolute', 'relative', 'climbing']) {
      expect(await readInRoot(root, `/${each}/passwd`)).toBe('inside');
    }
    expect(await readInRoot(root, '/etc/passwd')).toBe('inside');
    for (const each of ['out', 'climbing-out', 'circle', 'absolute/passwd']) {
      expect(await readInRoot(root, `/${each}/passwd`)).toBeUndefined();
    }
    expect(await resolveInRoot(root, '/../../..')).toBe(root);
  });

  describe('and what is no file', () => {
    needs('linux');

    test('such as a FIFO, a directory or a device, says nothing and waits for nobody', async () => {
      const root = await tempDir();
      await execa('mkfifo', [path.join(root, 'fifo')]);
      await mkdir(path.join(root, 'directory'));
      for (const each of ['fifo', 'directory', 'missing'])
        expect(await readInRoot(root, each)).toBeUndefined();
      expect(await findUser(await withFifo(), '', 'it')).toEqual({ uid: 0, gid: 0 });
    });
  });

  test('are read up to a limit', async () => {
    const root = await tempDir();
    await writeFile(path.join(root, 'large'), 'x'.repeat(100));
    expect(await readInRoot(root, 'large', 10)).toBe('x'.repeat(10));
  });
});

async function withFifo(): Promise<string> {
  const root = await tempDir({ etc: {} });
  await execa('mkfifo', [path.join(root, 'etc/passwd')]);
  return root;
}
