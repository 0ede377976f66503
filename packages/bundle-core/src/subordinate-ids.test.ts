import { chmod, chown, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { asUser } from '../test/as-user.ts';
import { defaultSpec, newBundleSync, subordinateIds } from './index.ts';

const USER = 65_533;

async function files(text: string) {
  const base = await tempDir({ ids: text, bin: { newuidmap: '', newgidmap: '' } });
  await chmod(base, 0o755);
  for (const program of ['newuidmap', 'newgidmap']) await chmod(path.join(base, 'bin', program), 0o755);
  return { subuid: path.join(base, 'ids'), subgid: path.join(base, 'ids'), bin: path.join(base, 'bin') };
}

function withPath(directory: string): void {
  vi.stubEnv('PATH', directory);
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('subordinateIds', () => {
  needs('linux', 'root');

  test('give root a container in which nobody is anybody on the host', async () => {
    const given = await files('me:1:2\nroot:100000:65536\n# comment\n0:300000:5\n');
    const both = [
      { containerID: 0, hostID: 100_000, size: 65_536 },
      { containerID: 65_536, hostID: 300_000, size: 5 },
    ];
    expect(subordinateIds(given)).toEqual({ uidMappings: both, gidMappings: both });
    expect(subordinateIds({ ...given, subuid: new URL(`file://${given.subuid}`) }).uidMappings).toEqual(both);
  });

  test('give another user itself as root, and its further ids from 1 on', async () => {
    const given = await files(`root:1:2\n${USER}:100000:65536\n`);
    withPath(given.bin);
    const both = [
      { containerID: 0, hostID: USER, size: 1 },
      { containerID: 1, hostID: 100_000, size: 65_536 },
    ];
    const mappings = asUser(USER, () => subordinateIds(given));
    expect(mappings).toEqual({ uidMappings: both, gidMappings: both });
    const { process } = asUser(USER, () =>
      defaultSpec({ args: ['true'], user: { uid: 1000, gid: 1000 }, ...mappings }),
    );
    expect(process.user).toEqual({ uid: 1000, gid: 1000 });
  });

  test('say what to install where the program is missing that maps them', async () => {
    const given = await files(`${USER}:100000:65536\n`);
    withPath('/nonexistent');
    expect(() => asUser(USER, () => subordinateIds(given))).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_ROOTLESS', message: expect.stringContaining('uidmap') }),
    );
  });

  test.each([
    ['a missing file', undefined],
    ['an empty file', ''],
    ['ranges of others', 'somebody:100000:65536\nrooty:1:2\n'],
    ['a range of none', 'root:100000:0\n'],
    ['what is no range', 'root:x:65536\nroot:1\nroot::\n'],
  ])('say of %s what to do', async (_, text) => {
    const { subuid } = await files(text ?? '');
    const file = text === undefined ? `${subuid}.missing` : subuid;
    expect(() => subordinateIds({ subuid: file, subgid: file })).toThrow(
      expect.objectContaining({
        code: 'ERR_BUNDLE_ROOTLESS',
        path: file,
        message: expect.stringMatching(/root .*usermod --add-subuids/),
      }),
    );
  });

  test('are refused where the kernel would refuse them', async () => {
    const given = await files('root:100000:10\nroot:100005:10\n');
    expect(() => subordinateIds(given)).toThrow(expect.objectContaining({ code: 'ERR_BUNDLE_SPEC' }));
  });
});

describe('a bundle of a user who is not root', () => {
  needs('linux', 'root');

  async function place() {
    const base = await tempDir({ state: {}, work: {} });
    await chmod(base, 0o755);
    for (const root of ['state', 'work']) await chown(path.join(base, root), USER, USER);
    return { base, path: path.join(base, 'state'), workDir: path.join(base, 'work') };
  }

  const others = [{ containerID: 0, hostID: 100_000, size: 1 }];
  const foreign = defaultSpec({ args: ['true'], uidMappings: others, gidMappings: others });

  test('is made where its root is that user, with a group that is the user’s', async () => {
    const at = await place();
    asUser(USER, () => newBundleSync({ id: 'web', ...at, spec: defaultSpec({ args: ['true'] }) }));
    expect(await stat(`${at.path}/web`)).toMatchObject({ uid: USER, gid: USER, mode: 0o040_710 });
  });

  test('is refused before anything is made where only root could give it to its root', async () => {
    const at = await place();
    expect(() => asUser(USER, () => newBundleSync({ id: 'web', ...at, spec: foreign }))).toThrow(
      expect.objectContaining({
        code: 'ERR_BUNDLE_ROOTLESS',
        field: 'linux.gidMappings',
        message: expect.stringMatching(/map group 0 to your own, 65533.*0o711/),
      }),
    );
    expect(await readdir(at.path)).toEqual([]);
    expect(await readdir(at.workDir)).toEqual([]);
  });

  test('may be open to everybody instead', async () => {
    const at = await place();
    asUser(USER, () => newBundleSync({ id: 'web', ...at, spec: foreign, mode: 0o711 }));
    expect(await stat(`${at.path}/web`)).toMatchObject({ uid: USER, mode: 0o040_711 });
  });

  test('is not made in roots of somebody else', async () => {
    const at = await place();
    await chown(at.path, 0, 0);
    await writeFile(`${at.path}/mine`, '');
    const own = () => newBundleSync({ id: 'web', ...at, spec: defaultSpec({ args: ['true'] }) });
    expect(() => asUser(USER, own)).toThrow(expect.objectContaining({ code: 'EACCES' }));
    expect(await readdir(at.workDir)).toEqual([]);
  });
});
