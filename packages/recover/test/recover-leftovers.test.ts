import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { saveAddress, sharedShimSocket } from '@shimwright/shim-address';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { type Finding, newShimClient, shimRemote } from '../../runtime-v1/src/index.ts';
import { newTestBundle } from '../../runtime-v1/test/fixtures/task.ts';
import { inShort, isAlive, kill, namespace, type World, world } from './fixtures/world.ts';

const gone = '1-1-0-abcdefgh'; // of a process that is not the first one of this machine

/** A socket file of a process that was killed. */
async function plantStaleSocket(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const stale = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, 9))';
  await execa(process.execPath, ['-e', stale, file], { reject: false });
  return file;
}

/** A bundle of a shim that is gone, with all that belongs to it but a container. */
async function plantDeadBundle(box: World, id: string): Promise<string> {
  const bundle = await newTestBundle(box, ['/bin/true'], id);
  await saveAddress(bundle.path, `unix://${box.base}/s/${id.padEnd(64, '0')}`);
  await writeFile(path.join(bundle.path, 'shim.pid'), '999999999');
  return bundle.path;
}

async function mountTmpfs(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await execa('mount', ['-t', 'tmpfs', 'tmpfs', directory]);
  onTestFinished(async () => {
    await execa('umount', ['--lazy', directory], { reject: false });
  });
}

const privately = { recursive: true, mode: 0o700 };

describe('recover', () => {
  needs('linux', 'root', 'command runc');

  test('finds nothing where there is nothing', async () => {
    expect(await (await world('stock')).clean()).toEqual([]);
  });

  test('removes a bundle that never had a shim, and a work directory without a bundle', async () => {
    const box = await world('stock');
    const bundle = await newTestBundle(box, ['/bin/true'], 'web');
    const work = path.join(box.root, 'db');
    await mkdir(work, privately);
    await writeFile(path.join(work, 'shim.stderr.log'), 'last words');
    expect(await box.clean()).toEqual([
      { id: 'web', found: 'orphan-bundle', path: bundle.path, cleaned: true },
      { id: 'db', found: 'orphan-work-directory', path: work, cleaned: true },
    ]);
    expect([readdirSync(box.state), readdirSync(box.root), box.told]).toEqual([[], [], []]);
  });

  test('removes nothing from roots that are those of something else', async () => {
    const box = await world('stock');
    const project = {
      src: { 'main.ts': '' },
      'package.json': '{}',
      docs: {},
      config: { 'config.json': '{}' },
    };
    const [place, home] = [await tempDir(project), await tempDir()];
    await mkdir(path.join(home, 'alice'), privately);
    await writeFile(path.join(home, 'alice', 'letter'), 'dear Bob');
    await mkdir(path.join(home, 'media'), { mode: 0o755 });
    const findings = await box.clean({ path: place, workDir: home });
    expect(inShort(findings)).toEqual([
      ['config', 'unknown', false],
      ['docs', 'unknown', false],
      ['src', 'unknown', false],
    ]);
    expect(findings[0]?.error).toMatchObject({ name: 'RecoverError', code: 'ERR_RECOVER_FOREIGN' });
    expect(await readdir(place, { recursive: true })).toHaveLength(6);
    expect((await readdir(home, { recursive: true })).sort()).toEqual(['alice', 'alice/letter', 'media']);
  });

  test('deletes no bundle together with a directory that is somebody else’s', async () => {
    const box = await world('stock');
    const bundle = await plantDeadBundle(box, 'alice');
    const home = await tempDir({ alice: { letter: 'dear Bob' } });
    expect(inShort(await box.clean({ workDir: home }))).toEqual([['alice', 'unknown', false]]);
    expect([existsSync(bundle), readdirSync(path.join(home, 'alice'))]).toEqual([true, ['letter']]);
    await box.clean();
  });

  test('ends a container whose bundle is gone, and what was only half made', async () => {
    const box = await world('stock');
    const { pid, shimPid, bundle } = await box.start('web');
    await kill(shimPid);
    await execa('umount', [path.join(bundle.path, 'rootfs')]);
    await bundle.delete();
    const containers = path.join(box.runtimeRoot, namespace);
    await mkdir(path.join(containers, 'half'), privately);
    await writeFile(path.join(containers, 'half', 'exec.fifo'), '');
    await symlink('999999999 1', path.join(containers, '.recover.gone'));
    const found = [
      ['gone', 'interrupted-delete'],
      ['half', 'orphan-container'],
      ['web', 'orphan-container'],
    ];
    const inOrder = (findings: readonly Finding[]) =>
      inShort(findings).toSorted(([a], [b]) => a.localeCompare(b));
    expect(inOrder(await box.recover())).toEqual(found.map((one) => [...one, false]));
    expect(isAlive(pid)).toBe(true);
    expect(inOrder(await box.clean())).toEqual(found.map((one) => [...one, true]));
    expect([isAlive(pid), await readdir(containers)]).toEqual([false, []]);
    expect(box.told).toEqual([{ id: 'web', pid, exitStatus: 137 }]);
  });

  test('spares a container whose bundle is gone, but not its shim, and those of other roots', async () => {
    const [box, other] = [await world('stock'), await world('shared')];
    const web = await box.start('web');
    const elsewhere = await box.clean({ path: other.state, workDir: other.root });
    expect(elsewhere).toEqual([]);
    await execa('umount', ['--lazy', path.join(web.bundle.path, 'rootfs')]);
    await web.bundle.delete();
    expect(inShort(await box.clean())).toEqual([['web', 'live-container', false]]);
    expect(isAlive(web.pid)).toBe(true);
    await kill(web.shimPid);
    expect(inShort(await box.clean())).toEqual([['web', 'orphan-container', true]]);
    expect(box.told).toEqual([{ id: 'web', pid: web.pid, exitStatus: 137 }]);
  });

  test('deletes no directory by the OCI runtime that is none of its own', async () => {
    const box = await world('stock');
    await plantDeadBundle(box, 'alice');
    const containers = path.join(box.runtimeRoot, namespace);
    for (const name of ['alice', 'bob']) {
      await mkdir(path.join(containers, name), privately);
      await writeFile(path.join(containers, name, 'letter'), 'dear Carol');
    }
    const findings = await box.clean();
    expect(inShort(findings)).toEqual([['alice', 'dead-shim', false]]);
    expect(findings[0]?.error).toMatchObject({ code: 'ERR_RECOVER_FOREIGN' });
    expect((await readdir(containers, { recursive: true })).sort()).toEqual([
      'alice',
      'alice/letter',
      'bob',
      'bob/letter',
    ]);
  });

  test('leaves a bundle to who is just starting its shim', async () => {
    const box = await world('shared');
    const bundle = await newTestBundle(box, ['/bin/sleep', '600'], 'web');
    const recovering = box.clean({ settleMs: 8_000 });
    const shim = await newShimClient(bundle, namespace, shimRemote(box.config, box));
    expect(inShort(await recovering)).toEqual([['web', 'live-shim', false]]);
    await shim.stopShim();
    await bundle.delete();
  });

  test('finishes what was interrupted, and nothing of another name', async () => {
    const box = await world('stock');
    const others = ['.web', '.config', '.web.delete', 'web.delete~x'];
    for (const root of [box.state, box.root]) {
      for (const name of others) await mkdir(path.join(root, name), { recursive: true });
      await mkdir(path.join(root, `.web.delete~${gone}`, 'rootfs', 'lib'), { recursive: true });
    }
    await mkdir(path.join(box.state, `.db.make~${gone}`));
    expect(inShort(await box.clean()).toSorted()).toEqual([
      ['db', 'interrupted-create', true],
      ['web', 'interrupted-delete', true],
      ['web', 'interrupted-delete', true],
    ]);
    for (const root of [box.state, box.root]) expect((await readdir(root)).sort()).toEqual(others.sort());
  });

  test('undoes mounts, one below and above the other, wherever something dead has them', async () => {
    const box = await world('stock');
    const dead = await plantDeadBundle(box, 'dead');
    await mountTmpfs(path.join(dead, 'rootfs'));
    await mountTmpfs(path.join(dead, 'rootfs', 'below'));
    await mountTmpfs(path.join(dead, 'rootfs', 'below'));
    await mountTmpfs(path.join(box.root, 'dead', 'a blank and \\'));
    await mountTmpfs(path.join(box.state, `.web.delete~${gone}`, 'rootfs'));
    expect(inShort(await box.clean())).toEqual([
      ['dead', 'dead-shim', true],
      ...Array.from({ length: 3 }, () => ['dead', 'orphan-mount', true]), // each place once, whatever is stacked there
      ['web', 'interrupted-delete', true],
      ['web', 'orphan-mount', true],
    ]);
    expect([readdirSync(box.state), readdirSync(box.root)]).toEqual([[], []]);
  });

  test('gets a mount out of the way that is in use', async () => {
    const box = await world('stock');
    const dead = await plantDeadBundle(box, 'dead');
    const rootfs = path.join(dead, 'rootfs');
    await mountTmpfs(rootfs);
    const user = execa('sleep', ['600'], { cwd: rootfs, reject: false });
    expect(inShort(await box.clean())).toEqual([
      ['dead', 'dead-shim', true],
      ['dead', 'orphan-mount', true],
    ]);
    expect(isAlive(Number(user.pid))).toBe(true);
    user.kill();
    await user;
  });

  test('undoes no mount that is the root itself, or that of nobody it knows', async () => {
    const box = await world('stock');
    await mountTmpfs(box.state);
    await mountTmpfs(path.join(box.state, '.snapshots'));
    await plantDeadBundle(box, 'dead');
    expect(inShort(await box.clean())).toEqual([['dead', 'dead-shim', true]]);
    expect(readdirSync(box.state)).toEqual(['.snapshots']);
    await execa('umount', ['--recursive', box.state]);
  });

  test('removes sockets where nobody listens, and no other file', async () => {
    const box = await world('stock');
    const sockets = path.join(box.base, 's');
    const nameOf = (letter: string) => path.join(sockets, letter.repeat(64));
    const stale = [nameOf('a'), path.join(sockets, `.socket.make~${gone}`), path.join(sockets, '.12345.1')];
    for (const file of stale) await plantStaleSocket(file);
    await plantStaleSocket(path.join(sockets, 'other'));
    await writeFile(nameOf('b'), 'precious');
    await symlink('nowhere', nameOf('c'));
    const server = createServer().listen(nameOf('d'));
    onTestFinished(() => void server.close());
    const findings = await box.clean();
    expect(findings.map(({ found, path: file, cleaned }) => [file, found, cleaned]).sort()).toEqual(
      stale.toSorted().map((file) => [file, 'stale-socket', true]),
    );
    const kept = ['b', 'c', 'd'].map((letter) => letter.repeat(64));
    expect((await readdir(sockets)).sort()).toEqual([...kept, 'other']);
  });

  test('removes what a shared process left that had nobody to serve', async () => {
    const box = await world('shared');
    const control = sharedShimSocket(box);
    const found = { id: '', found: 'stale-socket', path: control, cleaned: true };
    await plantStaleSocket(control);
    expect(await box.clean()).toEqual([found]);
    expect(existsSync(control)).toBe(false);

    await plantStaleSocket(control);
    await mkdir(`${control}.d`);
    await writeFile(`${control}.log`, '');
    expect(await box.clean()).toEqual([found]);
    await expect.poll(() => readdirSync(path.dirname(control)), { timeout: 10_000 }).toEqual([]);
  });

  test('a bundle that cannot be cleaned holds up no other, and is found again', async () => {
    const box = await world('stock');
    const { shimPid, pid } = await box.start('web');
    await kill(shimPid);
    await plantDeadBundle(box, 'db');
    const findings = await box.clean({ runOptions: { runtime: '/no/such/runtime' } });
    expect(inShort(findings)).toEqual([
      ['db', 'dead-shim', true],
      ['web', 'dead-shim', false],
      ['web', 'orphan-mount', false],
    ]);
    expect(findings[1]?.error).toMatchObject({ code: 'ERR_RUNTIME_NOT_FOUND' });
    expect(box.told).toEqual([]);
    expect(inShort(await box.clean())[0]).toEqual(['web', 'dead-shim', true]);
    expect(box.told).toEqual([{ id: 'web', pid, exitStatus: 137 }]);
  });

  test('a bundle that cannot be looked at is not touched', async () => {
    const box = await world('stock');
    const bundle = await plantDeadBundle(box, 'web');
    await mkdir(path.join(box.runtimeRoot, namespace, 'web'), { recursive: true });
    await symlink('/nowhere', path.join(bundle, 'shim.shared'));
    const findings = await box.clean({ runOptions: { runtime: '/no/such/runtime' } });
    expect(findings).toMatchObject([{ id: 'web', found: 'unknown', cleaned: false }]);
    expect(findings[0]?.error).toMatchObject({ code: 'ERR_RUNTIME_NOT_FOUND' });
    expect(existsSync(bundle)).toBe(true);
  });

  test('goes on where one was killed, and tells the exit that it was about to tell', async () => {
    const box = await world('stock');
    const bundle = await plantDeadBundle(box, 'web');
    await symlink('999999999 1', path.join(bundle, '.recover'));
    await symlink('4711 137 1600000000123 0', path.join(bundle, '.recover.exit'));
    const [finding] = await box.clean();
    expect(finding).toMatchObject({ cleaned: true, exit: { pid: 4711, exitedAt: new Date(1600000000123) } });
    expect(box.told).toEqual([{ id: 'web', pid: 4711, exitStatus: 137 }]);
  });

  // None of these is to clean, whatever it takes the root for.
  test('refuses a namespace, roots and a concurrency that make no sense', async () => {
    const { recover, state } = await world('stock');
    await expect(recover({ namespace: '../x' })).rejects.toMatchObject({ code: 'ERR_BUNDLE_NAMESPACE' });
    for (const root of ['', '/', '\0', state]) {
      const refused = recover({ path: state, workDir: root });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_BUNDLE_PATH' });
      const alike = recover({ path: root, workDir: state });
      await expect(alike).rejects.toMatchObject({ code: 'ERR_BUNDLE_PATH' });
    }
    await expect(recover({ concurrency: 0 })).rejects.toBeInstanceOf(RangeError);
  });
});
