import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { newShimClient, shimConnect } from '../src/index.ts';
import { end, inShort, isAlive, kill, namespace, world } from './fixtures/world.ts';

describe('recover', () => {
  needs('linux', 'root', 'command containerd-shim', 'command runc');

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
    await kill(web.shimPid);
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
    await kill(web.shimPid);
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
});
