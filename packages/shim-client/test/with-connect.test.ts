import { chmodSync, chownSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { ShimDefinition, type ShimHandlers } from '@shimwright/shim-api';
import { TtrpcError, TtrpcServer } from '@shimwright/ttrpc';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { newClient, withConnect, withStart } from '../src/index.ts';
import { emptyBundle } from './fixtures/bundle.ts';
import { strangerAt } from './fixtures/stranger.ts';

const config = {
  path: '/',
  workDir: '/',
  namespace: 'test',
  criu: '',
  runtimeRoot: '',
  systemdCgroup: false,
};

/** A shim that answers only `shimInfo`, as given. */
async function serve(shimInfo: ShimHandlers['shimInfo']): Promise<string> {
  const socket = path.join(await tempDir(), 'shim.sock');
  const refuse = () => Promise.reject(TtrpcError.status('UNIMPLEMENTED', 'not here'));
  const handlers = Object.fromEntries(Object.keys(ShimDefinition.methods).map((name) => [name, refuse]));
  const server = new TtrpcServer().handle(ShimDefinition, {
    ...(handlers as unknown as ShimHandlers),
    shimInfo,
  });
  await server.listen(socket);
  onTestFinished(() => server.close());
  return socket;
}

async function connected(socket: string) {
  const shim = await newClient(config, withConnect({ address: `unix://${socket}` }));
  onTestFinished(() => shim.close());
  return shim;
}

describe('withConnect', () => {
  test('fails at once where nobody listens', async () => {
    const address = `unix://${path.join(await tempDir(), 'shim.sock')}`;
    await expect(newClient(config, withConnect({ address }))).rejects.toMatchObject({
      code: 'ERR_SHIM_UNREACHABLE',
      message: expect.stringContaining(address),
    });
  });

  test('fails at once for an abstract address that nobody has', async () => {
    const address = '/containerd-shim/test/nobody/shim.sock';
    await expect(newClient(config, withConnect({ address }))).rejects.toMatchObject({
      code: 'ERR_SHIM_UNREACHABLE',
    });
  });

  test('refuses a file that is no socket', async () => {
    const file = path.join(await tempDir({ address: '' }), 'address');
    await expect(newClient(config, withConnect({ address: `unix://${file}` }))).rejects.toMatchObject({
      code: 'ERR_SHIM_ADDRESS',
    });
  });

  test('calls onClose once when the other side goes away', async () => {
    const sockets: Socket[] = [];
    const socket = path.join(await tempDir(), 'shim.sock');
    const server = createServer((peer) => void sockets.push(peer)).listen(socket);
    onTestFinished(() => void server.close());
    let closes = 0;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const onClose = () => {
      closes += 1;
      resolve();
    };
    const shim = await newClient(config, withConnect({ address: `unix://${socket}`, onClose }));
    const pending = shim.state({ id: '' });
    pending.catch(() => {});
    while (sockets.length === 0) await new Promise(setImmediate);
    sockets[0]?.destroy();
    await closed;
    await expect(pending).rejects.toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    expect(await shim.isAlive()).toBe(false);
    await shim.close();
    await shim.close();
    expect(closes).toBe(1);
  });

  test('isAlive waits for a slow shim no longer than its signal allows', async () => {
    const shim = await connected(await serve(() => new Promise(() => {})));
    await expect(shim.isAlive({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test('a status that the shim answers reaches the caller', async () => {
    const shim = await connected(await serve(() => ({ shimPid: process.pid })));
    await expect(shim.pause({})).rejects.toMatchObject({ code: 'ERR_TTRPC_STATUS', status: 'UNIMPLEMENTED' });
  });

  test.each([0, 1])('signals nothing for a shim that says it is process %i', async (shimPid) => {
    const shim = await connected(await serve(() => ({ shimPid })));
    await expect(shim.killShim()).rejects.toMatchObject({ code: 'ERR_SHIM_PROCESS' });
  });

  test('signals nothing for a shim that names a process that has ended', async () => {
    const ended = await execa('true');
    expect(ended.exitCode).toBe(0);
    const shim = await connected(await serve(() => ({ shimPid: 4_194_305 }))); // above the highest id there can be
    await expect(shim.killShim()).rejects.toMatchObject({ code: 'ERR_SHIM_PROCESS' });
  });

  test('signals nothing for a shim whose id has gone to another process meanwhile', async () => {
    const bystander = execa('sleep', ['600'], { reject: false });
    onTestFinished(() => void bystander.kill());
    const pids = [Number(bystander.pid), process.pid];
    const shim = await connected(await serve(() => ({ shimPid: pids.shift() ?? 0 })));
    await expect(shim.killShim()).rejects.toMatchObject({ code: 'ERR_SHIM_PROCESS' });
    expect(isRunning(Number(bystander.pid))).toBe(true);
  });

  test('signals nothing for a shim that names a process which works elsewhere', async () => {
    const bystander = execa('sleep', ['600'], { cwd: '/tmp', reject: false });
    onTestFinished(() => void bystander.kill());
    const shim = await connected(await serve(() => ({ shimPid: Number(bystander.pid) })));
    await expect(shim.killShim()).rejects.toMatchObject({ code: 'ERR_SHIM_PROCESS' });
    expect(isRunning(Number(bystander.pid))).toBe(true);
  });

  test('does not end this process when the shim is part of it', async () => {
    const shim = await connected(await serve(() => ({ shimPid: process.pid })));
    await shim.stopShim();
    expect(await shim.isAlive()).toBe(true);
  });
});

describe('withConnect as root', () => {
  needs('linux', 'root', 'command containerd-shim');

  test('refuses a socket of another user', async () => {
    const socket = await serve(() => ({ shimPid: process.pid }));
    chmodSync(path.dirname(socket), 0o711);
    chownSync(socket, 65534, 65534);
    await expect(newClient(config, withConnect({ address: `unix://${socket}` }))).rejects.toMatchObject({
      code: 'ERR_SHIM_ADDRESS',
    });
  });

  test('says nothing to a stranger who has taken an abstract name', async () => {
    const address = `/containerd-shim/test/${process.pid}/shim.sock`;
    await strangerAt(address);
    await expect(newClient(config, withConnect({ address }))).rejects.toMatchObject({
      code: 'ERR_SHIM_ADDRESS',
    });
  });

  test('signals nothing for a shim that names a process of another user', async () => {
    const bystander = execa('sleep', ['600'], { cwd: '/', uid: 65534, reject: false });
    onTestFinished(() => void bystander.kill());
    const shim = await connected(await serve(() => ({ shimPid: Number(bystander.pid) })));
    await expect(shim.stopShim()).rejects.toMatchObject({ code: 'ERR_SHIM_PROCESS' });
    expect(isRunning(Number(bystander.pid))).toBe(true);
  });

  test.each(['stopShim', 'killShim'] as const)('%s ends a shim that another process started', async (end) => {
    const bundle = await emptyBundle();
    const starter = path.join(import.meta.dirname, 'fixtures/start.ts');
    await execa(process.execPath, ['--conditions=@shimwright/source', starter, JSON.stringify(bundle)]);
    const shim = await newClient(bundle.config, withConnect({ address: bundle.start.address }));
    const { shimPid } = await shim.shimInfo({});

    await shim[end]();

    expect(isRunning(shimPid)).toBe(false);
    expect(await shim.isAlive()).toBe(false);
    await shim[end]();
    await shim.close();
  });

  test('a shim that ignores SIGTERM is waited for until the signal says otherwise', async () => {
    const bundle = await emptyBundle();
    const shim = await newClient(bundle.config, withStart(bundle.start));
    const { shimPid } = await shim.shimInfo({});
    process.kill(shimPid, 'SIGSTOP');
    await expect(shim.stopShim({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    await shim.killShim();
    await shim.close();
  });
});

/** A process that has ended stays a zombie for as long as its parent, or init, does not wait for it. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'latin1'));
}
