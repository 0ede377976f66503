import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import {
  listShared,
  newClient,
  type ShimClient,
  watchSpool,
  withSharedConnect,
} from '../../../shim-client/src/index.ts';
import { becomeSubreaper } from '../../src/index.ts';
import { hostRoot } from '../fixtures/shim.ts';
import { group, type Member } from './group.ts';

/** Kills the process that serves these shims; resolves when all connections know. */
async function killProcess(...shims: readonly ShimClient[]): Promise<void> {
  const [first] = shims;
  const { shimPid } = (await first?.shimInfo({})) ?? expect.fail('no shim');
  const ended = shims.map((shim) => shim.wait({ id: 'nobody' }).catch(() => {}));
  process.kill(shimPid, 'SIGKILL');
  await Promise.all(ended);
  await expect.poll(() => Promise.all(shims.map((shim) => shim.isAlive()))).not.toContain(true);
}

const reconnect = ({ config, options }: Member) => newClient(config, withSharedConnect(options));

describe('a shared process that is killed', () => {
  needs('linux', 'root', 'command runc');

  test('leaves all containers to the next one, in their states', async () => {
    const { bundle, controlSocket } = await group();
    const members = await Promise.all(
      ['empty', 'created', 'running', 'paused', 'stopped'].map((id) => bundle(id)),
    );
    const shims = await Promise.all(members.map((one) => one.add()));
    const pids = new Map<string, number>();
    for (const [index, one] of members.entries()) {
      const shim = shims[index] ?? expect.fail();
      if (one.id === 'empty') continue;
      pids.set(one.id, await one.create(shim));
      if (one.id === 'created') continue;
      await shim.start({ id: one.id });
      if (one.id === 'paused') await shim.pause({});
      if (one.id === 'stopped') {
        await shim.kill({ id: 'stopped', signal: 9 });
        await shim.wait({ id: 'stopped' });
      }
    }

    await killProcess(...shims);
    for (const one of members) {
      const shim = await reconnect(one);
      if (one.id === 'empty') {
        await expect(shim.kill({ signal: 9 })).rejects.toThrow('container must be created');
        await one.create(shim);
        await shim.kill({ signal: 9, all: true });
      } else {
        const { status, pid } = await shim.state({ id: one.id });
        expect({ status, pid }).toEqual({ status: one.id.toUpperCase(), pid: pids.get(one.id) });
        if (one.id === 'created') await shim.start({ id: one.id });
        if (one.id === 'paused') await shim.resume({});
        if (one.id !== 'stopped') await shim.kill({ id: one.id, signal: 9 });
      }
      expect(await shim.wait({ id: one.id })).toMatchObject({ exitStatus: 137 });
      expect(await one.exits(1)).toEqual([{ containerId: one.id, id: one.id, status: 137, unknown: false }]);
      await shim.delete({});
      await shim.stopShim();
      await shim.close();
    }
    await expect.poll(() => readdirSync(path.dirname(controlSocket))).toEqual([]);
  });

  test('has the exits that nobody saw reported once, as unknown', async () => {
    const { bundle } = await group();
    const one = await bundle('one');
    const shim = await one.add();
    const pid = await one.create(shim);
    await shim.start({ id: 'one' });
    await one.exec(shim, 'two', ['/bin/sleep', '600']);
    becomeSubreaper(); // so that its orphans are reaped, as a system's first process does
    await killProcess(shim);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isThere(pid)).toBe(false);

    const again = await reconnect(one);
    expect(await again.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    expect(await again.wait({ id: 'two' })).toMatchObject({ exitStatus: 137 });
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'STOPPED', pid });
    const [listed] = await listShared(one.options);
    expect(listed?.unknownExits.toSorted()).toEqual(['one', 'two']);
    await killProcess(again);

    const third = await reconnect(one);
    expect(await third.state({ id: 'one' })).toMatchObject({ status: 'STOPPED', exitStatus: 137 });
    const exits = await one.exits(2);
    expect(exits.map(({ id, unknown }) => [id, unknown]).toSorted()).toEqual([
      ['one', true],
      ['two', true],
    ]);
    await third.deleteProcess({ id: 'two' });
    await third.delete({});
    await third.close();
  });

  test('has exec’d processes told apart, and how they end is known', async () => {
    const { bundle } = await group();
    const one = await bundle('one');
    const shim = await one.add();
    await one.create(shim);
    await shim.start({ id: 'one' });
    const exec = ['/bin/sh', '-c', 'trap "exit 7" TERM; sleep 600 & wait'];
    const pid = await one.exec(shim, 'two', exec);
    await killProcess(shim);

    const again = await reconnect(one);
    expect(await again.state({ id: 'two' })).toMatchObject({ status: 'RUNNING', pid });
    await again.kill({ id: 'two', signal: 15 });
    expect(await again.wait({ id: 'two' })).toMatchObject({ exitStatus: 7 });
    expect(await one.exits(1)).toEqual([{ containerId: 'one', id: 'two', status: 7, unknown: false }]);
    await again.close();
  });

  test('has the next one tell when memory runs out', async () => {
    const { bundle } = await group();
    const one = await bundle('one', undefined, 16 * 1024 * 1024);
    const shim = await one.add();
    await one.create(shim);
    await shim.start({ id: 'one' });
    await killProcess(shim);

    await using again = await reconnect(one);
    await one.exec(again, 'eater', ['/usr/bin/tail', '/dev/zero']);
    expect(await again.wait({ id: 'eater' })).toMatchObject({ exitStatus: 137 });
    const topics: string[] = [];
    for await (const { topic } of watchSpool(one.options.daemonAddress, {
      signal: AbortSignal.timeout(20_000),
    })) {
      topics.push(topic);
      if (topics.includes('/tasks/oom') && topics.includes('/tasks/exit')) break;
    }
    expect(topics.toSorted()).toEqual(['/tasks/exit', '/tasks/oom']);
    await one.deleteContainer();
  });

  test('undoes what was being made, and ends no bystander that looks as if it made it', async () => {
    const { bundle, base } = await group();
    const one = await bundle('one');
    const shim = await one.add();
    // The OCI runtime waits at a FIFO until the process is dead, and then makes the container.
    const [begun, go] = [path.join(base, 'begun'), path.join(base, 'go')];
    await execa('mkfifo', [begun, go]);
    const runtime = path.join(base, 'slow-runc');
    const script = `case "$*" in *' create '*) echo >${begun}; read line <${go} ;; esac; exec runc "$@"`;
    await writeFile(runtime, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const create = { id: 'one', bundle: one.config.path, rootfs: hostRoot };
    const creation = shim.create({ ...create, runtime }).catch((error: unknown) => error);
    await readFile(begun);
    const looks = ['-c', 'import time; time.sleep(600)', 'create', '--bundle', one.config.path, 'one'];
    const bystander = execa('python3', looks, { cwd: one.config.path, reject: false });
    await killProcess(shim);
    expect(await creation).toMatchObject({ code: 'ERR_TTRPC_CLOSED' });

    const [again] = await Promise.all([reconnect(one), writeFile(go, '\n')]);
    await expect(again.state({ id: 'one' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(one.config.path);
    expect(isThere(Number(bystander.pid))).toBe(true);
    bystander.kill();
    await bystander;
    await again.create(create);
    await again.start({ id: 'one' });
    await again.close();
  });

  test('goes on with an exec that was made and not yet noted', async () => {
    const { bundle, base } = await group();
    const one = await bundle('one');
    const shim = await one.add();
    const [begun, never] = [path.join(base, 'begun'), path.join(base, 'never')];
    await execa('mkfifo', [begun, never]);
    // The process is there, and its runtime has not told so yet.
    const runtime = path.join(base, 'late-runc');
    const script = `case "$*" in *' exec '*) runc "$@"; echo >${begun}; read line <${never} ;; esac; exec runc "$@"`;
    await writeFile(runtime, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await shim.create({ id: 'one', bundle: one.config.path, rootfs: hostRoot, runtime });
    await shim.start({ id: 'one' });
    const exec = ['/bin/sh', '-c', 'trap "exit 7" TERM; sleep 600 & wait'];
    const starting = one.exec(shim, 'two', exec).catch((error: unknown) => error);
    await readFile(begun);
    await killProcess(shim);
    await starting;

    const again = await reconnect(one);
    const { status, pid } = await again.state({ id: 'two' });
    expect(status).toBe('RUNNING');
    expect(isThere(pid)).toBe(true);
    await again.kill({ id: 'two', signal: 15 });
    expect(await again.wait({ id: 'two' })).toMatchObject({ exitStatus: 7 });
    expect(await one.exits(1)).toEqual([{ containerId: 'one', id: 'two', status: 7, unknown: false }]);
    await again.close();
  });

  test('has the FIFOs of its containers kept alive by the next one', async () => {
    const { bundle } = await group();
    const one = await bundle('one', ['/bin/cat']);
    const io = await one.io();
    const shim = await one.add();
    await one.create(shim, io.paths);
    await shim.start({ id: 'one' });
    const { stdin, stdout } = io.streams();
    stdin?.write('before ');
    await killProcess(shim);
    const again = await reconnect(one);
    stdin?.end('after');
    if (stdin) await once(stdin, 'finish');
    const all = stdout ? text(stdout) : undefined;
    await again.closeIO({ id: 'one', stdin: true });
    expect(await again.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    expect(await all).toBe('before after');
    await again.close();
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
