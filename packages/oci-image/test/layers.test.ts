import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { madeImage } from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import type { TarEntry } from '../../../tools/testing/tar.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import type { ContainerRoot, ImageStore } from '../src/index.ts';
import { contents, newStore, place } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci');

async function rootOf(
  ...layers: readonly (readonly TarEntry[])[]
): Promise<{ store: ImageStore; root: ContainerRoot }> {
  const made = await madeImage(await tempDir(), { layers });
  const store = await newStore();
  await store.pull(made.source, { name: 'it' });
  return { store, root: await store.createRoot({ id: 'one', image: 'it' }) };
}

const file = (name: string, more: Partial<TarEntry> = {}): TarEntry => ({ name, content: name, ...more });
const directory = (name: string): TarEntry => ({ name, type: 'directory' });

describe('layers', () => {
  test('take away what is below: files, and all of a directory', async () => {
    const { root } = await rootOf(
      [directory('d'), file('d/gone'), file('d/stays'), directory('o'), file('o/gone'), file('gone')],
      [{ name: '.wh.gone' }, { name: 'd/.wh.gone' }, { name: 'o/.wh..wh..opq' }, file('o/new')],
    );
    await using _ = root;
    expect(readdirSync(root.path).sort()).toEqual(['d', 'o']);
    expect(readdirSync(path.join(root.path, 'd'))).toEqual(['stays']);
    expect(readdirSync(path.join(root.path, 'o'))).toEqual(['new']);
  });

  test('keep hard links, modes, owners, links and devices', async () => {
    const { root } = await rootOf([
      file('program', { mode: 0o4755, uid: 3, gid: 4 }),
      { name: 'same', type: 'hardlink', target: 'program' },
      { name: 'link', type: 'link', target: '/etc/passwd' },
      { name: 'null', type: 'device', mode: 0o666 },
      { name: 'pipe', type: 'fifo' },
    ]);
    await using _ = root;
    const program = statSync(path.join(root.path, 'program'));
    expect([program.mode & 0o7777, program.uid, program.gid, program.nlink]).toEqual([0o4755, 3, 4, 2]);
    expect(statSync(path.join(root.path, 'same')).ino).toBe(program.ino);
    expect(readlinkSync(path.join(root.path, 'link'))).toBe('/etc/passwd');
    expect(lstatSync(path.join(root.path, 'null')).isCharacterDevice()).toBe(true);
    expect(lstatSync(path.join(root.path, 'pipe')).isFIFO()).toBe(true);
    // What a container can run as another user, users of this machine cannot get at.
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const { exitCode } = await execa('env', [...asNobody, 'ls', path.join(root.path, 'program')], {
      reject: false,
    });
    expect(exitCode).not.toBe(0);
  });

  test.each<[string, (outside: string) => readonly TarEntry[]]>([
    ['a name that climbs', () => [file('../../../../../../../../outside')]],
    ['an absolute name', (outside) => [file(`${outside}/outside`.slice(0, 99))]],
    ['a link that leads out', (outside) => [{ name: 'l', type: 'link', target: outside }, file('l/outside')]],
    [
      'a link that climbs out',
      (outside) => [
        { name: 'l', type: 'link', target: `../../../../../../../../../..${outside}` },
        file('l/outside'),
      ],
    ],
    [
      'a hard link to what is outside',
      (outside) => [
        { name: 'h', type: 'hardlink', target: `../../../../../../../../../..${outside}/secret` },
      ],
    ],
    [
      'a whiteout of what is outside',
      (outside) => [{ name: 'l', type: 'link', target: outside }, { name: 'l/.wh.secret' }],
    ],
  ])('with %s do nothing outside of their tree', async (_, entries) => {
    const outside = await place();
    await execa('sh', ['-c', 'echo -n hidden > "$1/secret"', 'sh', outside]);
    const made = await madeImage(await tempDir(), { layers: [[directory('d'), ...entries(outside)]] });
    const store = await newStore();
    const image = await store.pull(made.source, { name: 'it' }).catch((error: unknown) => error);
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(readFileSync(path.join(outside, 'secret'), 'utf8')).toBe('hidden');
    expect(statSync(path.join(outside, 'secret')).nlink).toBe(1);
    expect(existsSync('/outside')).toBe(false);
    // It is unpacked without harm, or refused as a whole.
    if (image instanceof Error) expect(contents(store)).toEqual([]);
    else await (await store.createRoot({ id: 'one', image: 'it' })).remove();
  });
});
