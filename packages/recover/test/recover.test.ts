import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OciRuntime } from '@shimwright/oci-runtime';
import type { Any } from '@shimwright/shim-api';
import { findCgroup } from '@shimwright/shim-client';
import { isExitUnknown } from '@shimwright/shim-host';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { newShimClient, recover, shimConnect } from '../../runtime-v1/src/index.ts';
import { end, inShort, isAlive, kill, killShared, namespace, run, world } from './fixtures/world.ts';

describe('recover', () => {
  needs('linux', 'root', 'command runc');

  test('says what a dead shim has left, and touches none of it', async () => {
    const { leaveBehind, recover, state, clean } = await world('stock');
    const [web] = await leaveBehind(['web']);
    await kill(web.shimPid);
    const findings = await recover();
    expect(inShort(findings)).toEqual([
      ['web', 'dead-shim', false],
      ['web', 'orphan-mount', false],
      ['web', 'stale-socket', false],
    ]);
    const paths = findings.map((finding) => finding.path);
    expect(paths.slice(0, 2)).toEqual([`${state}/web`, `${state}/web/rootfs`]);
    expect(isAlive(web.pid)).toBe(true);
    expect(readdirSync(state)).toEqual(['web']);
    await clean();
  });

  test('kills the container of a dead shim, tells its exit, and leaves nothing', async () => {
    const { leaveBehind, clean, told, state, root, base } = await world('stock');
    const [{ pid, shimPid }] = await leaveBehind(['web']);
    await kill(shimPid);
    const findings = await clean();
    expect(inShort(findings)).toEqual([
      ['web', 'dead-shim', true],
      ['web', 'orphan-mount', true],
      ['web', 'stale-socket', true],
    ]);
    expect(findings[0]?.exit).toMatchObject({ pid, exitStatus: 137, isUnknown: false });
    expect(told).toEqual([{ id: 'web', pid, exitStatus: 137 }]);
    expect(isAlive(pid)).toBe(false);
    expect([readdirSync(state), readdirSync(root), readdirSync(path.join(base, 's'))]).toEqual([[], [], []]);
    expect(await clean()).toEqual([]);
  });

  test('kills the container of a dead shim with the runtime that is chosen for auto', async () => {
    const box = await world('stock');
    const { clean, told, state, root } = box;
    const { command: runtime } = await new OciRuntime({ command: 'auto' }).chosen();
    const order = { ...box, namespace, ids: ['web'], args: ['/bin/sleep', '600'], runtime };
    const [{ pid, shimPid }] = JSON.parse(await run('start.ts', order));
    await kill(shimPid);
    const findings = await clean({ runOptions: { runtime: 'auto' } });
    expect(findings.every(({ cleaned, error }) => cleaned && error === undefined)).toBe(true);
    expect(told).toEqual([{ id: 'web', pid, exitStatus: 137 }]);
    expect(isAlive(pid)).toBe(false);
    expect([readdirSync(state), readdirSync(root)]).toEqual([[], []]);
  });

  test('takes a shim that is stopped for a live one', async () => {
    const { start, clean, told } = await world('stock');
    const web = await start('web');
    process.kill(web.shimPid, 'SIGSTOP');
    expect(await clean()).toEqual([
      { id: 'web', found: 'live-shim', path: web.bundle.path, pid: web.shimPid, cleaned: false },
    ]);
    process.kill(web.shimPid, 'SIGCONT');
    expect(await web.shim.state({ id: 'web' })).toMatchObject({ status: 'RUNNING' });
    expect(told).toEqual([]);
    await end(web);
  });

  test('leaves the containers of a shared process that died to its successor', async () => {
    const { start, clean, config, told } = await world('shared');
    const [web, db] = [await start('web'), await start('db')];
    expect(inShort(await clean())).toEqual([
      ['db', 'live-shim', false],
      ['web', 'live-shim', false],
    ]);
    await killShared(web.shimPid);
    expect(inShort(await clean())).toEqual([
      ['db', 'live-container', false],
      ['web', 'live-container', false],
    ]);
    for (const { id, bundle, pid } of [web, db]) {
      const shim = await newShimClient(bundle, namespace, shimConnect(config));
      expect(await shim.state({ id })).toMatchObject({ status: 'RUNNING', pid });
      await end({ id, bundle, shim });
    }
    expect(told).toEqual([]);
  });

  test('cleans up after a shared process that died with its containers', async () => {
    const { start, clean, told, spooled, state } = await world('shared');
    const [web, db] = [await start('web'), await start('db')];
    await killShared(web.shimPid);
    await Promise.all([kill(web.pid), kill(db.pid)]);
    const findings = await clean();
    expect(inShort(findings).filter(([, found]) => found === 'dead-shim')).toEqual([
      ['db', 'dead-shim', true],
      ['web', 'dead-shim', true],
    ]);
    expect(findings.find(({ id }) => id === 'web')?.exit).toMatchObject({
      pid: web.pid,
      exitStatus: 137,
      isUnknown: expect.any(Boolean),
    });
    expect(told).toEqual([]);
    expect((await spooled()).toSorted((a, b) => a.pid - b.pid)).toEqual([
      { id: 'web', pid: web.pid, exitStatus: 137 },
      { id: 'db', pid: db.pid, exitStatus: 137 },
    ]);
    expect(existsSync(state) && readdirSync(state)).toEqual([]);
  });

  test('tells no exit of a shim that had no container', async () => {
    const { start, clean, told, state } = await world('stock');
    const { shim, shimPid, pid } = await start('web');
    await shim.kill({ id: 'web', signal: 9 });
    await shim.wait({ id: 'web' });
    await shim.delete({});
    await kill(shimPid);
    const [finding] = await clean();
    expect(finding).toMatchObject({ found: 'dead-shim', cleaned: true });
    expect(finding).not.toHaveProperty('exit');
    expect([told, readdirSync(state), isAlive(pid)]).toEqual([[], [], false]);
  });

  test('ends a container that is paused', async () => {
    const { start, clean, told } = await world('stock');
    const { shim, shimPid, pid } = await start('web');
    await shim.pause({});
    await kill(shimPid);
    expect(inShort(await clean())[0]).toEqual(['web', 'dead-shim', true]);
    expect(told).toEqual([{ id: 'web', pid, exitStatus: 137 }]);
    expect(isAlive(pid)).toBe(false);
  });

  test.each(['the process id', 'the socket', 'both'] as const)(
    'finds a live shim that lost the record of %s',
    async (lost) => {
      const { start, clean } = await world('stock');
      const web = await start('web');
      const address = readFileSync(path.join(web.bundle.path, 'address'), 'utf8');
      if (lost !== 'the socket') rmSync(path.join(web.bundle.path, 'shim.pid'));
      if (lost !== 'the process id') rmSync(address.slice('unix://'.length));
      expect(inShort(await clean())).toEqual([['web', 'live-shim', false]]);
      await end(web);
    },
  );

  test('ends no other process that has the id of the shim by now', async () => {
    const { start, clean } = await world('stock');
    const { shimPid, bundle } = await start('web');
    await kill(shimPid);
    const other = execa('sleep', ['600'], { cwd: '/', reject: false });
    await writeFile(path.join(bundle.path, 'shim.pid'), String(other.pid));
    expect(inShort(await clean())[0]).toEqual(['web', 'dead-shim', true]);
    expect(isAlive(Number(other.pid))).toBe(true);
    other.kill();
    await other;
  });

  test('ends no bystander whose arguments look like those of a runtime, and takes none for a shim', async () => {
    const { start, clean, root } = await world('stock');
    const { shimPid, bundle } = await start('web');
    await kill(shimPid);
    const wait = ['-c', 'import time; time.sleep(600)'];
    const bystanders = [
      execa('python3', [...wait, 'delete', bundle.path], { cwd: bundle.path, reject: false }),
      execa('python3', [...wait, 'create', '--bundle', bundle.path, 'web'], { cwd: '/', reject: false }),
      execa('python3', [...wait, '-namespace', 'test', '-workdir', `${root}/web`], {
        cwd: '/',
        reject: false,
      }),
    ];
    expect(inShort(await clean())[0]).toEqual(['web', 'dead-shim', true]);
    expect(bystanders.map(({ pid }) => isAlive(Number(pid)))).toEqual([true, true, true]);
    for (const bystander of bystanders) bystander.kill();
    await Promise.all(bystanders);
  });

  test('believes no process of another user that it is the shim', async () => {
    const { start, clean, base } = await world('stock');
    const { shimPid, bundle } = await start('web');
    await kill(shimPid);
    for (let above = bundle.path; above.startsWith(base); above = path.dirname(above))
      chmodSync(above, 0o711);
    const args = ['-c', 'import time; time.sleep(600)', '-namespace', 'test'];
    const liar = execa('python3', args, { cwd: bundle.path, uid: 65534, reject: false });
    await writeFile(path.join(bundle.path, 'shim.pid'), String(liar.pid));
    expect(inShort(await clean())[0]).toEqual(['web', 'dead-shim', true]);
    expect(isAlive(Number(liar.pid))).toBe(true);
    liar.kill();
    await liar;
  });

  test('tells an exit of a shared process once, with the status that it had', async () => {
    const { start, clean, told, spooled } = await world('shared');
    const { shim, shimPid, pid } = await start('web', '/bin/sh', '-c', 'exit 7');
    await shim.wait({ id: 'web' });
    await killShared(shimPid);
    const findings = await clean();
    expect(inShort(findings)[0]).toEqual(['web', 'dead-shim', true]);
    expect(findings[0]?.exit).toMatchObject({ pid, exitStatus: 7, isUnknown: false });
    expect(told).toEqual([]);
    expect(await spooled()).toEqual([{ id: 'web', pid, exitStatus: 7 }]);
  });

  test('takes a shared process that is stopped for a live one', async () => {
    const { start, clean } = await world('shared');
    const web = await start('web');
    process.kill(web.shimPid, 'SIGSTOP');
    expect(inShort(await clean())).toEqual([['web', 'live-shim', false]]);
    process.kill(web.shimPid, 'SIGCONT');
    await end(web);
  });

  test('removes the cgroups of a container that was only half made, unless somebody is in them', async () => {
    const { start, clean, token, told } = await world('stock');
    const { shim, shimPid } = await start('web');
    await shim.kill({ id: 'web', signal: 9 });
    await shim.wait({ id: 'web' });
    await shim.delete({});
    await kill(shimPid);
    const [made, used] = ['web', 'web/used'].map((name) =>
      findCgroup('/').map((root) => path.join(root, `${token}-${name}`)),
    );
    for (const directory of made ?? []) mkdirSync(directory, { recursive: true });
    expect(inShort(await clean())[0]).toEqual(['web', 'dead-shim', true]);
    expect(made?.filter((directory) => existsSync(directory))).toEqual([]);
    expect(told).toEqual([]);

    const second = await start('web');
    await second.shim.kill({ id: 'web', signal: 9 });
    await second.shim.wait({ id: 'web' });
    await second.shim.delete({});
    await kill(second.shimPid);
    for (const directory of used ?? []) mkdirSync(directory, { recursive: true });
    expect(inShort(await clean())[0]).toEqual(['web', 'dead-shim', true]);
    expect(used?.every((directory) => existsSync(directory))).toBe(true);
    for (const directory of [...(used ?? []), ...(made ?? [])]) rmdirSync(directory);
  });

  test('cleans up after a process that was killed with a shim in it', async () => {
    const box = await world('stock');
    const pid = Number(await run('start-local.ts', { ...box, namespace, id: 'web' }));
    expect(inShort(await box.clean())).toEqual([
      ['web', 'orphan-bundle', true],
      ['web', 'orphan-mount', true],
    ]);
    expect(box.told).toEqual([{ id: 'web', pid, exitStatus: 137 }]);
    expect(isAlive(pid)).toBe(false);
  });
});

// It tells one event of a container, its exit, which makes what is told easy to count.
describe('recover, after the stock shim', () => {
  needs('linux', 'root', 'command runc', 'command containerd-shim');

  test('tells no exit that the shim has told, and knows its status', async () => {
    const { start, clean, told, spooled } = await world('stock');
    const { pid, shim, shimPid } = await start('web', '/bin/sh', '-c', 'exit 7');
    await shim.wait({ id: 'web' });
    await expect.poll(spooled).toEqual([{ id: 'web', pid, exitStatus: 7 }]);
    await kill(shimPid);
    const [finding] = await clean();
    expect(finding?.exit).toMatchObject({ pid, exitStatus: 7, isUnknown: false });
    expect(told).toEqual([]);
  });

  test('waits for an exit that the shim was just about to tell', async () => {
    const { start, clean, told, spooled } = await world('stock');
    const { pid, shim, shimPid } = await start('web', '/bin/sh', '-c', 'exit 7');
    await shim.wait({ id: 'web' }); // the publisher has only just been started
    await kill(shimPid);
    await clean();
    const exits = [...told, ...(await spooled())];
    expect(exits).toHaveLength(1);
    expect(exits[0]).toMatchObject({ id: 'web', pid });
  });

  test('says that a status is made up when the container had ended before, without a shim', async () => {
    const { start, config, options } = await world('stock');
    const { pid, shimPid } = await start('web');
    await kill(shimPid);
    await kill(pid);
    const events: Any[] = [];
    const exchange = { publish: (_: string, __: string, event: Any) => void events.push(event) };
    const [finding] = await recover(config, { ...options, clean: true, exchange });
    expect(finding?.exit).toMatchObject({ pid, exitStatus: 137, isUnknown: true });
    expect(events.map(isExitUnknown)).toEqual([true]);
  });
});
