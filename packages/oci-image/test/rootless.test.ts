import { chmod, chown } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { madeImage } from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { nodeForOthers } from '../../../tools/testing/node-for-others.ts';
import { needsReachable } from '../../../tools/testing/reachable.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { ImageStore } from '../src/index.ts';
import { place } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci');

const PROGRAM = path.join(import.meta.dirname, 'fixtures/rootless.ts');
const USER = 1000;

needsReachable(PROGRAM);

/** A directory of a user, with an image below it whose files are others'. */
async function ofUser() {
  const entries = [
    { name: 'theirs', content: 'x', uid: 7, gid: 8 },
    { name: 'closed', type: 'directory', mode: 0o500 } as const,
    { name: 'closed/file', content: 'inside', mode: 0o400 },
    { name: 'dark', content: 'nobody reads it', mode: 0 },
    { name: 'darkness', type: 'directory', mode: 0 } as const,
    { name: 'darkness/file', content: 'x' },
    { name: 'etc', type: 'directory' } as const,
    { name: 'etc/passwd', content: 'web:x:7:8::/:' },
    { name: 'null', type: 'device' } as const,
  ];
  const made = await madeImage(await tempDir(), { layers: [entries], config: { Cmd: ['a'], User: 'web' } });
  await chmod(made.directory, 0o755);
  const base = await place();
  await chown(base, USER, USER);
  return { base, made, store: path.join(base, 'store') };
}

const asUser = async (base: string, args: readonly string[]) =>
  execa(await nodeForOthers(), ['--conditions=@shimwright/source', ...args], {
    ...{ uid: USER, gid: USER, cwd: base, reject: false },
    env: { HOME: base, XDG_RUNTIME_DIR: base },
  });

test('a user who is not root pulls images, has roots that are copies, and can remove all of it', async () => {
  const { base, made, store } = await ofUser();
  const { stdout, stderr } = await asUser(base, [PROGRAM, store, made.source]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    refused: ['ERR_IMAGE_UNSUPPORTED', 'ERR_IMAGE_UNSUPPORTED'],
    mapped: ['ERR_IMAGE_PERMISSION', 'ERR_IMAGE_PERMISSION', 'made'],
    kind: 'copy',
    // As root of a user namespace that has no other ids.
    owner: [USER, USER],
    user: { uid: 7, gid: 8 },
    isMounted: true,
    content: 'inside',
    dark: 0,
    roots: ['one'],
    forbidden: 'ERR_IMAGE_PERMISSION',
    left: [],
  });
});

test('a store of root is closed to others, who are told so', async () => {
  const { base, made } = await ofUser();
  const directory = path.join(await place(), 'store');
  await new ImageStore({ directory }).pull(made.source, { name: 'it' });
  await chmod(path.dirname(directory), 0o755);
  const script = `
    const { ImageStore } = await import('${new URL('../src/index.ts', import.meta.url)}');
    const store = new ImageStore({ directory: '${directory}' });
    const calls = [() => store.list(), () => store.get('it'), () => store.pull('${made.source}'), () => store.collectGarbage()];
    for (const call of calls) await call().catch(({ code }) => console.log(code));`;
  const { stdout, stderr } = await asUser(base, ['--input-type=module', '--eval', script]);
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual(Array.from({ length: 4 }, () => 'ERR_IMAGE_PERMISSION'));
});
