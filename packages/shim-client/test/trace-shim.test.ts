import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { legacyShimAddress, socketPath } from '@shimwright/shim-address';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../../../tools/testing/built-program.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { newClient, type ShimClient, traceShim, withShared, withStart } from '../src/index.ts';
import { emptyBundle } from './fixtures/bundle.ts';
import { strangerAt } from './fixtures/stranger.ts';

const PROGRAM = builtProgram('shim-service', 'shimwright-shim.cjs');

/** A bundle, and what is told of its shim. */
async function bundle() {
  const empty = await emptyBundle();
  const { config, base } = empty;
  const identity = { bundlePath: config.path, namespace: config.namespace, id: path.basename(base) };
  return { ...empty, identity, trace: () => traceShim(identity) };
}

const pidOf = async (shim: ShimClient) => (await shim.shimInfo({})).shimPid;

async function killed(shim: ShimClient): Promise<void> {
  await shim.killShim();
  await shim.close();
}

describe('traceShim', () => {
  needs('linux', 'root', 'command containerd-shim');

  test('finds none where none was started', async () => {
    const { trace } = await bundle();
    expect(await trace()).toMatchObject({ state: 'none' });
  });

  test('finds a shim that lives, even stopped, and that it is dead when it was killed', async () => {
    const { config, start, trace } = await bundle();
    const shim = await newClient(config, withStart(start));
    const pid = await pidOf(shim);
    process.kill(pid, 'SIGSTOP');
    expect(await trace()).toEqual({ state: 'live', pid, address: start.address, controlSocket: undefined });
    process.kill(pid, 'SIGCONT');
    await killed(shim);
    expect(await trace()).toMatchObject({ state: 'dead', pid: undefined, address: start.address });
  });

  test.each(['shim.pid', 'address', 'socket'] as const)(
    'finds a live shim without its %s',
    async (missing) => {
      const { config, start, trace } = await bundle();
      const shim = await newClient(config, withStart(start));
      const lost =
        missing === 'socket' ? start.address.slice('unix://'.length) : path.join(config.path, missing);
      rmSync(lost);
      expect(await trace()).toMatchObject({ state: 'live' });
      await killed(shim);
    },
  );

  test('is not taken in by another program that has the process id by now', async () => {
    const { config, trace } = await bundle();
    const other = execa('sleep', ['600'], { cwd: '/', reject: false });
    await writeFile(path.join(config.path, 'shim.pid'), String(other.pid));
    expect(await trace()).toMatchObject({ state: 'dead', pid: undefined });
    other.kill();
    await other;
  });

  test.each(['', 'x', '1', '-5', '99999999999999999999'])(
    'takes a shim.pid that is %j for that of a dead one',
    async (text) => {
      const { config, trace } = await bundle();
      await writeFile(path.join(config.path, 'shim.pid'), text);
      await writeFile(path.join(config.path, 'address'), text);
      expect(await trace()).toMatchObject({ state: 'dead' });
    },
  );

  test('finds the shim of an old containerd, at an abstract address that is nowhere recorded, if told to', async () => {
    const { identity, trace } = await bundle();
    const server = createServer().listen(socketPath(legacyShimAddress(identity)));
    onTestFinished(() => void server.close());
    expect(await trace()).toMatchObject({ state: 'none' });
    expect(await traceShim({ ...identity, legacyAddress: true })).toMatchObject({
      ...{ state: 'live', address: undefined },
    });
  });

  test('takes a stranger at that address for nobody', async () => {
    const { identity } = await bundle();
    await strangerAt(legacyShimAddress(identity));
    expect(await traceShim({ ...identity, legacyAddress: true })).toMatchObject({ state: 'none' });
  });

  test.each([
    { uid: 65534, where: 'bundle' },
    { uid: 0, where: 'elsewhere' },
  ] as const)(
    'takes a process of user $uid in the $where for none, whatever its arguments say',
    async ({ uid, where }) => {
      const { config, start, trace } = await bundle();
      chmodSync(config.path, 0o711);
      for (let above = path.dirname(config.path); above !== '/'; above = path.dirname(above))
        chmodSync(above, 0o755);
      const args = ['-c', 'import time; time.sleep(600)', '-namespace', 'test', '-workdir', config.workDir];
      const cwd = where === 'bundle' ? config.path : '/';
      const liar = execa('python3', [...args, '-address', start.daemonAddress], {
        cwd,
        uid,
        gid: uid,
        reject: false,
      });
      onTestFinished(() => void liar.kill('SIGKILL'));
      await writeFile(path.join(config.path, 'shim.pid'), String(liar.pid));
      expect(await trace()).toMatchObject({ state: 'dead', pid: undefined });
    },
  );

  test('finds one of many in a process that is stopped, and that it is dead with the process', async () => {
    const { base, config, start, trace } = await bundle();
    const controlSocket = path.join(base, 'control');
    const shim = await newClient(
      config,
      withShared({
        ...{ command: process.execPath, args: [PROGRAM, '--grace', '0'] },
        ...{ controlSocket, address: start.address, daemonAddress: start.daemonAddress },
      }),
    );
    const pid = await pidOf(shim);
    process.kill(pid, 'SIGSTOP');
    expect(await trace()).toEqual({ state: 'live', pid, address: start.address, controlSocket });
    process.kill(pid, 'SIGKILL');
    await shim.close();
    await expect.poll(trace).toMatchObject({ state: 'dead', controlSocket });

    // A successor that has not come to this one yet.
    rmSync(controlSocket);
    const successor = createServer().listen(controlSocket);
    expect(await trace()).toMatchObject({ state: 'live', pid: undefined });
    successor.close();
  });

  test('finds a shim by a path with a link in it', async () => {
    const { base, config, start, identity } = await bundle();
    const shim = await newClient(config, withStart(start));
    rmSync(start.address.slice('unix://'.length));
    const link = path.join(base, 'link');
    await symlink(config.path, link);
    expect(await traceShim({ ...identity, bundlePath: link })).toMatchObject({ state: 'live' });
    expect(readFileSync(path.join(link, 'shim.pid'), 'utf8')).toBe(String(await pidOf(shim)));
    await killed(shim);
  });
});
