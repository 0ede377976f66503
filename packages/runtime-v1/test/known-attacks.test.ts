import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { ociProcessType, packJson } from '@shimwright/shim-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { sandbox } from '../../../tools/testing/sandbox.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { defaultSpec, loadBundle, newBundle, newShimClient, shimConnect, TaskIO } from '../src/index.ts';
import { configOf, created, output } from './fixtures/task.ts';

const id = 'one';
const modeOf = (file: string) => statSync(file).mode & 0o7777;

// The known attacks of this field, each against the whole of it; .github/SECURITY.md has them in a table.
describe('as root', () => {
  needs('linux', 'root', 'command containerd-shim', 'command runc');

  test.each(['stock', 'shared'] as const)(
    'CVE-2020-15257: a shim listens on no abstract socket, and nobody else gets to the one it has, %s shim',
    async (kind) => {
      const { base, token, bundle } = await created(kind, '/bin/sleep', '600');
      const abstract = readFileSync('/proc/net/unix', 'utf8')
        .split('\n')
        .filter((line) => line.includes('@/containerd-shim') || (line.includes('@') && line.includes(token)));
      expect(abstract).toEqual([]);
      const socket = readFileSync(path.join(bundle.path, 'address'), 'utf8').slice('unix://'.length);
      expect(socket.startsWith(base)).toBe(true);
      expect([modeOf(socket), modeOf(path.dirname(socket))]).toEqual([0o600, 0o700]);
    },
  );

  test('CVE-2021-41103, CVE-2024-25621: others get into no bundle and no work directory, not even one that was there', async () => {
    const box = await sandbox();
    await mkdir(path.join(box.root, id), { recursive: true });
    await chmod(path.join(box.root, id), 0o777);
    const spec = defaultSpec({ args: ['/bin/true'] });
    const bundle = await newBundle({ id, path: box.state, workDir: box.root, spec });
    expect([modeOf(bundle.path), modeOf(bundle.workDir)]).toEqual([0o700, 0o700]);
    expect(modeOf(box.state) & 0o066).toBe(0);
    expect(modeOf(path.join(bundle.path, 'config.json'))).toBe(0o600);
  });

  test.each(['stock', 'shared', 'local'] as const)(
    'CVE-2024-21626: no descriptor of this process gets into a container, %s shim',
    async (kind) => {
      const { shim, io, base } = await created(
        kind,
        '/bin/sh',
        '-c',
        'ls -l /proc/self/fd; ls -l /proc/self/cwd',
      );
      await shim.start({ id });
      const { stdout } = await output(io);
      const leads = stdout
        .split('\n')
        .filter((line) => line.includes(' -> '))
        .map((line) => line.split(' -> ')[1] ?? '');
      expect(leads.length).toBeGreaterThanOrEqual(4);
      // ls has its own directory open; FIFOs come from the host, where they have a path, or are pipes of the shim.
      const foreign = leads.filter(
        (target) => !/^(\/dev\/null|pipe:\[\d+\]|\/proc\/\d+\/fd|\/|\(deleted\))$/.test(target),
      );
      expect(foreign.filter((target) => !target.startsWith(path.join(base, 'io')))).toEqual([]);
    },
  );

  test.each(['shared', 'local'] as const)(
    'CVE-2026-53488: no program is started as a logger that is not allowed, %s shim',
    async (kind) => {
      const { shim, base } = await created(kind, '/bin/sleep', '600');
      await shim.start({ id });
      const spec = packJson(ociProcessType, { args: ['/bin/true'], cwd: '/', user: { uid: 0, gid: 0 } });
      const logger = `binary:///usr/bin/touch?${path.join(base, 'started')}`;
      await shim.exec({ id: 'extra', spec, stdout: logger, stderr: logger });
      await expect(shim.start({ id: 'extra' })).rejects.toThrow(/not allowed|no logger/);
      expect(existsSync(path.join(base, 'started'))).toBe(false);
    },
  );

  test('a hostile address that leads to somebody else’s socket is not connected to', async () => {
    const box = await sandbox();
    const bundle = loadBundle({ id, path: box.state, workDir: box.root });
    await mkdir(bundle.path, { recursive: true });
    const socket = path.join(box.base, 'theirs.sock');
    let connections = 0;
    const server = createServer(() => (connections += 1)).listen(socket);
    onTestFinished(() => void server.close());
    await chown(socket, 65_534, 65_534);
    await writeFile(path.join(bundle.path, 'address'), `unix://${socket}`);
    await expect(newShimClient(bundle, 'test', shimConnect(configOf(box)))).rejects.toMatchObject({
      code: 'ERR_SHIM_ADDRESS',
    });
    expect(connections).toBe(0);
  });

  test('a hostile shim.shared that leads to somebody else’s socket is neither connected to nor replaced', async () => {
    const box = await sandbox();
    const bundle = loadBundle({ id, path: box.state, workDir: box.root });
    await mkdir(bundle.path, { recursive: true });
    await writeFile(path.join(bundle.path, 'address'), `unix://${box.base}/nobody.sock`);
    const link = path.join(bundle.path, 'shim.shared');
    const refused = () => newShimClient(bundle, 'test', shimConnect(configOf(box)));

    const theirs = path.join(box.base, 'theirs.sock');
    let connections = 0;
    const server = createServer(() => (connections += 1)).listen(theirs);
    onTestFinished(() => void server.close());
    await chown(theirs, 65_534, 65_534);
    await symlink(theirs, link);
    await expect(refused()).rejects.toMatchObject({ code: 'ERR_SHIM_ADDRESS' });
    expect(connections).toBe(0);
    await rm(link);

    const precious = path.join(box.base, 'precious');
    await writeFile(precious, 'as it was');
    await symlink(precious, link);
    await expect(refused()).rejects.toMatchObject({ code: 'ERR_SHIM_ADDRESS' });
    expect(readFileSync(precious, 'utf8')).toBe('as it was');
    await rm(link);

    const open = path.join(box.base, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    await symlink(path.join(open, 'control'), link);
    await expect(refused()).rejects.toMatchObject({ code: 'ERR_SHIM_ADDRESS' });
    expect(readdirSync(open)).toEqual([]);
  });

  test.each(['stock', 'shared'] as const)(
    'a hostile shim.pid ends nobody: a shim is asked who it is, and no file, %s shim',
    async (kind) => {
      const { shim, bundle, config, namespace } = await created(kind, '/bin/sleep', '600');
      await shim.close();
      for (const pid of ['1', String(process.pid), '999999999', 'x'.repeat(10_000_000)]) {
        await writeFile(path.join(bundle.path, 'shim.pid'), pid);
      }
      await using again = await newShimClient(bundle, namespace, shimConnect(config));
      await again.kill({ signal: 9, all: true });
      await again.wait({ id });
      await again.delete({});
      await again.stopShim();
      expect(existsSync('/proc/1')).toBe(true);
    },
  );
});

test('CVE-2024-40635: ids that become others in the kernel are refused', () => {
  for (const uid of [2 ** 31, 2 ** 32 - 1, 2 ** 32, -1, 0.5, Number.NaN]) {
    expect(() => defaultSpec({ args: ['/bin/true'], user: { uid, gid: 0 } })).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field: 'process.user.uid' }),
    );
  }
});

test.each([
  ['a directory', async (file: string) => void (await mkdir(file))],
  ['10 MB long', async (file: string) => writeFile(file, `unix:///${'x'.repeat(10_000_000)}`)],
  ['a link to a file of secrets', async (file: string) => symlink('/etc/shadow', file)],
  ['a device that never ends', async (file: string) => symlink('/dev/zero', file)],
])('a hostile address that is %s is an error, at once', async (_, plant) => {
  const base = await tempDir();
  const bundle = loadBundle({ id, path: path.join(base, 'state'), workDir: path.join(base, 'root') });
  await mkdir(bundle.path, { recursive: true });
  await plant(path.join(bundle.path, 'address'));
  await expect(newShimClient(bundle, 'test', shimConnect({}))).rejects.toMatchObject({
    name: 'ShimAddressError',
    code: 'ERR_ADDRESS_UNREADABLE',
  });
});

test('links planted in the place of a bundle, its work directory or its stdio are not followed', async () => {
  const base = await tempDir({ precious: { data: 'mine' }, state: {}, root: {} });
  const roots = { path: path.join(base, 'state'), workDir: path.join(base, 'root') };
  const spec = defaultSpec({ args: ['/bin/true'] });
  await symlink('../precious', path.join(roots.path, 'bundle'));
  await symlink('../precious', path.join(roots.workDir, 'work'));
  for (const planted of ['bundle', 'work']) {
    await expect(newBundle({ id: planted, ...roots, spec })).rejects.toMatchObject({
      code: 'ERR_BUNDLE_EXISTS',
    });
    await loadBundle({ id: planted, ...roots }).delete();
  }
  await symlink('precious/data', path.join(base, 'stdout'));
  expect(() => TaskIO.open({ stdin: '', stdout: path.join(base, 'stdout'), stderr: '' })).toThrow(
    expect.objectContaining({ code: 'ERR_TASK_IO' }),
  );
  expect(readFileSync(path.join(base, 'precious/data'), 'utf8')).toBe('mine');
  expect(readdirSync(path.join(base, 'precious'))).toEqual(['data']);
});
