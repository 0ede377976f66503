import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { listShared } from '../../../shim-client/src/index.ts';
import { hostRoot } from '../fixtures/shim.ts';
import { group } from './group.ts';

describe('one process with the shims of many bundles', () => {
  needs('linux', 'root', 'command runc');

  test('serves 20 containers at once, each with events of its own, and ends after the last', async () => {
    const { bundle, controlSocket } = await group();
    const ids = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const lives = ids.map(async (id, index) => {
      const one = await bundle(id, ['/bin/sh', '-c', `exit ${index}`]);
      const shim = await one.add();
      const { shimPid } = await shim.shimInfo({});
      await one.create(shim);
      await shim.start({ id });
      const { exitStatus } = await shim.wait({ id });
      await shim.delete({});
      expect(await one.exits(1)).toEqual([{ containerId: id, id, status: index, unknown: false }]);
      await shim.stopShim();
      expect(existsSync(one.socket)).toBe(false);
      return { shimPid, exitStatus };
    });
    const results = await Promise.all(lives);
    expect(results.map(({ exitStatus }) => exitStatus)).toEqual(ids.map((_, index) => index));
    expect(new Set(results.map(({ shimPid }) => shimPid)).size).toBe(1);
    await expect.poll(() => readdirSync(path.dirname(controlSocket))).toEqual([]);
  });

  test.each(['stopShim', 'killShim'] as const)(
    '%s ends the shim of one container and no other',
    async (end) => {
      const { bundle, token } = await group();
      const [one, other] = [await bundle('one'), await bundle('other')];
      const [shim, otherShim] = [await one.add(), await other.add()];
      const pid = await one.create(shim);
      await other.create(otherShim);
      await shim.start({ id: 'one' });

      const connected = await one.connect();
      await connected[end]();
      await connected.close();
      expect(existsSync(one.socket)).toBe(false);
      expect(existsSync(path.join(one.config.path, 'shim.pid'))).toBe(false);
      expect(await shim.isAlive()).toBe(false);
      expect(await otherShim.state({ id: 'other' })).toMatchObject({ status: 'CREATED' });
      expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(token); // its container goes on
      await one.deleteContainer();
    },
  );

  test('takes back a container that is being made when its shim is ended', async () => {
    const { bundle, base } = await group();
    const one = await bundle('one');
    const shim = await one.add();
    const begun = path.join(base, 'begun');
    const runtime = path.join(base, 'hanging-runc');
    const script = `case "$*" in *' create '*) >${begun}; exec sleep 600 ;; esac; exec runc "$@"`;
    await writeFile(runtime, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const create = { id: 'one', bundle: one.config.path, rootfs: hostRoot, runtime };
    const creation = shim.create(create).catch((error: unknown) => error);
    await expect.poll(() => existsSync(begun), { timeout: 10_000 }).toBe(true);
    const connected = await one.connect();
    await connected.stopShim();
    await connected.close();
    expect(readdirSync(path.join(one.config.path, 'rootfs'))).toEqual([]);
    expect(await creation).toBeInstanceOf(Error);
  });

  test('says in the bundle where the shim is, to nobody but this user', async () => {
    const { bundle, controlSocket } = await group();
    const one = await bundle('one');
    const shim = await one.add();
    const { shimPid } = await shim.shimInfo({});
    const read = (name: string) => readFileSync(path.join(one.config.path, name), 'utf8');
    expect(read('address')).toBe(one.options.address);
    expect(read('shim.pid')).toBe(String(shimPid));
    expect(readlinkSync(path.join(one.config.path, 'shim.shared'))).toBe(controlSocket);
    for (const socket of [one.socket, controlSocket]) expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(`${controlSocket}.d`).mode & 0o777).toBe(0o700);
    expect(readdirSync(path.dirname(one.socket))).toEqual(['one']);
    expect(await listShared(one.options)).toEqual([
      { path: one.config.path, namespace: 'test', address: one.options.address, unknownExits: [] },
    ]);
  });

  test('of two processes that want the same bundle, one gets it, and the other leaves it alone', async () => {
    const { bundle, controlSocket, base } = await group();
    const one = await bundle('one');
    for (let round = 0; round < 5; round += 1) {
      const [first, second] = await Promise.allSettled([
        one.add(),
        one.add({ controlSocket: path.join(base, 'run', 'other') }),
      ]);
      const winner = first.status === 'fulfilled' ? first : second;
      const loser = first.status === 'fulfilled' ? second : first;
      if (winner.status !== 'fulfilled') throw winner.reason;
      expect(loser).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SHIM_ADDRESS_IN_USE' } });
      const { shimPid } = await winner.value.shimInfo({});
      expect(readFileSync(path.join(one.config.path, 'shim.pid'), 'utf8')).toBe(String(shimPid));
      expect(readlinkSync(path.join(one.config.path, 'shim.shared'))).toBe(
        winner === first ? controlSocket : path.join(base, 'run', 'other'),
      );
      const pid = await one.create(winner.value);
      expect(await winner.value.state({ id: 'one' })).toMatchObject({ status: 'CREATED', pid });
      await winner.value.kill({ signal: 9, all: true });
      await winner.value.wait({ id: 'one' });
      await winner.value.delete({});
      await winner.value.stopShim();
    }
  });

  test('lets a program publish that was given', async () => {
    const { bundle } = await group();
    const one = await bundle('one', ['/bin/true']);
    const publisher = path.join(import.meta.dirname, '../../../shim-host/src/publish.sh');
    const shim = await one.add({ publisher });
    await one.create(shim);
    await shim.start({ id: 'one' });
    expect(await one.exits(1)).toEqual([{ containerId: 'one', id: 'one', status: 0, unknown: false }]);
  });
});
