import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { SharedShimsDefinition } from '@shimwright/shim-api';
import { connect } from '@shimwright/ttrpc';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../../../tools/testing/built-program.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { nodeForOthers } from '../../../tools/testing/node-for-others.ts';
import {
  listShared,
  newClient,
  type SharedOptions,
  type ShimConfig,
  withShared,
  withSharedConnect,
} from '../src/index.ts';
import { emptyBundle } from './fixtures/bundle.ts';

const PROGRAM = builtProgram('shim-service', 'shimwright-shim.cjs');
const shared = (graceMs: number) => [PROGRAM, '--grace', String(graceMs)];

/** A bundle with nothing in it, and how a shared process would serve it. */
async function group(graceMs = 30) {
  const { base, config, start } = await emptyBundle();
  const controlSocket = path.join(base, 'run', 'control');
  const options = {
    ...{ command: process.execPath, args: shared(graceMs), controlSocket },
    ...{ address: start.address, daemonAddress: start.daemonAddress },
  };
  const nth = (index: number): [ShimConfig, SharedOptions] => {
    const bundle = path.join(base, `bundle-${index}`);
    mkdirSync(bundle, { recursive: true });
    return [
      { ...config, path: bundle },
      { ...options, address: `${options.address}-${index}` },
    ];
  };
  const socket = options.address.slice('unix://'.length);
  const gone = () =>
    expect.poll(() => readdirSync(path.dirname(controlSocket)), { timeout: 10_000 }).toEqual([]);
  return { base, config, options, nth, socket, controlSocket, gone };
}

describe('withShared', () => {
  needs('linux', 'root');

  test('starts one process, however many ask at once', async () => {
    const { nth, gone } = await group();
    const clients = await Promise.all(
      Array.from({ length: 30 }, (_, index) => {
        const [config, options] = nth(index);
        return newClient(config, withShared(options));
      }),
    );
    const pids = await Promise.all(clients.map(async (client) => (await client.shimInfo({})).shimPid));
    expect(new Set(pids).size).toBe(1);
    const [pid] = pids;
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe(
      String(Math.min(1000, Number(readFileSync('/proc/self/oom_score_adj', 'utf8')) + 1)),
    );
    await Promise.all(clients.map((client) => client.stopShim()));
    await gone();
  });

  test('loses no shim that comes when the process is about to end', async () => {
    const { nth, gone } = await group(0);
    const [config, options] = nth(0);
    for (let round = 0; round < 8; round += 1) {
      const client = await newClient(config, withShared(options));
      expect(await client.isAlive()).toBe(true);
      await client.stopShim();
    }
    await gone();
  });

  test('replaces what a killed process left, and adopts the rest', async () => {
    const { nth, gone } = await group();
    const [config, options] = nth(0);
    const exit = Promise.withResolvers<void>();
    const client = await newClient(config, withShared({ ...options, onExit: exit.resolve }));
    const { shimPid } = await client.shimInfo({});
    process.kill(shimPid, 'SIGKILL');
    await exit.promise;

    const [otherConfig, otherOptions] = nth(1);
    const other = await newClient(otherConfig, withShared(otherOptions));
    const shims = await listShared(options);
    expect(shims.map((shim) => shim.path).toSorted()).toEqual([config.path, otherConfig.path]);
    const again = await newClient(config, withSharedConnect(options));
    expect((await again.shimInfo({})).shimPid).not.toBe(shimPid);
    await Promise.all([again.stopShim(), other.stopShim()]);
    await gone();
  });

  test('refuses a bundle that has a shim, and an address where somebody answers', async () => {
    const { config, options, nth, socket, gone } = await group();
    const client = await newClient(config, withShared(options));
    const inUse = expect.objectContaining({ code: 'ERR_SHIM_ADDRESS_IN_USE', path: socket });
    await expect(newClient(config, withShared(options))).rejects.toEqual(inUse);
    const [other] = nth(1);
    await expect(newClient(other, withShared(options))).rejects.toEqual(inUse);
    expect(readdirSync(other.path)).toEqual([]);
    expect(await client.isAlive()).toBe(true);
    await client.stopShim();
    await gone();
  });

  test('replaces a stale socket at the address, and nothing else', async () => {
    const { base, config, options, socket, gone } = await group();
    const address = `unix://${socket}`;
    const stale = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, 9))';
    mkdirSync(path.dirname(socket), { mode: 0o700 });
    await execa(process.execPath, ['-e', stale, socket], { reject: false });
    expect(existsSync(socket)).toBe(true);
    const client = await newClient(config, withShared({ ...options, address }));
    await client.stopShim();

    await writeFile(socket, 'precious');
    const refused = newClient(config, withShared({ ...options, address }));
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SHIM_ADDRESS' });
    expect(readFileSync(socket, 'utf8')).toBe('precious');
    const open = path.join(base, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    const exposed = newClient(config, withShared({ ...options, address: `unix://${open}/one` }));
    await expect(exposed).rejects.toMatchObject({ code: 'ERR_SHIM_ADDRESS' });
    expect(readdirSync(config.path)).toEqual(['address']); // of the shim that was stopped
    await gone();
  });

  test('aborted at any moment leaves nothing behind', async () => {
    const { config, options, socket, gone } = await group();
    for (const ms of [0, 5, 20, 60, 90, 100, 110, 120, 140, 160, 200, 300]) {
      const signal = AbortSignal.timeout(ms);
      const outcome = await newClient(config, withShared(options), { signal }).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof Error) expect(outcome).toBe(signal.reason);
      else await (outcome as Awaited<ReturnType<typeof newClient>>).stopShim();
      await gone();
      expect(existsSync(socket)).toBe(false);
      expect(readdirSync(config.path).filter((name) => name !== 'address')).toEqual([]);
    }
  });

  test('tells why the process does not start', async () => {
    const { base, config, options } = await group();
    const missing = withShared({ ...options, command: path.join(base, 'missing') });
    await expect(newClient(config, missing)).rejects.toMatchObject({ code: 'ERR_SHIM_NOT_FOUND' });
    const failing = path.join(base, 'failing');
    await writeFile(failing, '#!/bin/sh\necho no luck >&2\nexit 3\n', { mode: 0o755 });
    const clients = Array.from({ length: 3 }, () =>
      newClient(config, withShared({ ...options, command: failing })),
    );
    for (const client of await Promise.allSettled(clients)) {
      expect(client).toMatchObject({ reason: { code: 'ERR_SHIM_EXITED', exitCode: 3, stderr: 'no luck' } });
    }
    expect(readdirSync(config.path)).toEqual([]);
  });

  test('is given up after some tries where something has the name that never answers, and is no socket', async () => {
    const { config, options, controlSocket } = await group();
    mkdirSync(path.dirname(controlSocket), { mode: 0o700 });
    await writeFile(controlSocket, 'no socket');
    const failure = { code: expect.stringMatching(/^ERR_SHIM_/), path: controlSocket };
    await expect(newClient(config, withShared(options))).rejects.toMatchObject(failure);
    expect(readFileSync(controlSocket, 'utf8')).toBe('no socket');
    expect(readdirSync(config.path)).toEqual([]);
  });

  test('is given up after some tries where each process that is started ends at once, without an answer', async () => {
    const { base, config, options } = await group();
    const [command, runs] = [path.join(base, 'short'), path.join(base, 'runs')];
    await writeFile(command, `#!/bin/sh\necho >>${runs}\nexit 0\n`, { mode: 0o755 });
    const failure = { code: expect.stringMatching(/^ERR_(SHIM|TTRPC)_/) };
    await expect(newClient(config, withShared({ ...options, command }))).rejects.toMatchObject(failure);
    expect(readFileSync(runs, 'utf8').length).toBeLessThanOrEqual(20);
    expect(readdirSync(config.path)).toEqual([]);
  });

  test('is refused where somebody else could listen in its place', async () => {
    const { base, config, options } = await group();
    const open = path.join(base, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    const exposed = withShared({ ...options, controlSocket: path.join(open, 'control') });
    await expect(newClient(config, exposed)).rejects.toMatchObject({ code: 'ERR_SHIM_ADDRESS' });
  });
});

describe('a shared process', () => {
  needs('linux', 'root');

  test('serves nobody of another user, at no socket of its own', async () => {
    const { base, config, options, socket, controlSocket } = await group();
    const client = await newClient(config, withShared(options));
    // Even if somebody opens the way to them.
    for (const directory of [base, path.dirname(socket), path.dirname(controlSocket)])
      chmodSync(directory, 0o755);
    const program = `const socket = require('net').connect(process.argv[1]);
      socket.on('connect', () => console.log('connected')).on('error', () => {});
      socket.on('close', () => console.log('closed')).resume();`;
    const node = await nodeForOthers();
    for (const target of [socket, controlSocket]) {
      chmodSync(target, 0o666);
      const { stdout } = await execa(node, ['-e', program, target], { uid: 65534, cwd: '/' });
      expect(stdout).toBe('connected\nclosed');
    }
    await client.stopShim();
  });

  test('forgets what was added by who gave up before it was kept', async () => {
    const { config, options, socket, controlSocket, gone } = await group();
    const first = await newClient(config, withShared(options));
    const control = await connect(controlSocket);
    const request = { ...config, ...options, path: path.dirname(socket), address: `${options.address}-2` };
    await control.service(SharedShimsDefinition).add({ ...request, publisher: '', spool: '', token: 'a' });
    expect(existsSync(`${socket}-2`)).toBe(true);
    await control.close();
    await expect.poll(() => existsSync(`${socket}-2`)).toBe(false);
    await first.stopShim();
    await gone();
  });

  test('that is asked to end leaves its shims to the next one', async () => {
    const { config, options, gone } = await group();
    const exit = Promise.withResolvers<void>();
    const client = await newClient(config, withShared({ ...options, onExit: exit.resolve }));
    process.kill((await client.shimInfo({})).shimPid, 'SIGTERM');
    await exit.promise;
    const again = await newClient(config, withSharedConnect(options));
    await again.stopShim();
    await gone();
  });

  test('that does not answer can be given up', async () => {
    const { config, options, controlSocket } = await group();
    mkdirSync(path.dirname(controlSocket), { mode: 0o700 });
    const silent = createServer((socket) => socket.resume()).listen(controlSocket);
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const signal = AbortSignal.timeout(50);
    await expect(newClient(config, withShared(options), { signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(readdirSync(config.path)).toEqual([]);
  });
});
