import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { newClient, type StartOptions, withConnect, withStart } from '../src/index.ts';
import { type EmptyBundle, emptyBundle } from './fixtures/bundle.ts';

const socketOf = ({ start }: EmptyBundle) => start.address.slice('unix://'.length);

/** Starts the stock shim, which is gone after the test. */
async function started(bundle: EmptyBundle, options: Partial<StartOptions> = {}) {
  const shim = await newClient(bundle.config, withStart({ ...bundle.start, ...options }));
  onTestFinished(async () => {
    await shim.killShim();
    await shim.close();
  });
  const { shimPid } = await shim.shimInfo({});
  return { shim, shimPid };
}

/** A program that behaves as a shim should not. */
async function script(bundle: EmptyBundle, body: string): Promise<string> {
  const file = path.join(bundle.base, 'bad-shim');
  await writeFile(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

function expectNothingMade(bundle: EmptyBundle) {
  expect(readdirSync(bundle.config.path)).toEqual([]);
  expect(readdirSync(bundle.config.workDir)).toEqual([]);
  expect(existsSync(socketOf(bundle))).toBe(false);
}

describe('withStart', () => {
  needs('linux', 'root', 'command containerd-shim');

  test('starts a shim as containerd does', async () => {
    const bundle = await emptyBundle();
    const { shimPid } = await started(bundle, { debug: true });
    const { config, start } = bundle;
    const proc = (name: string) => path.join('/proc', String(shimPid), name);

    const args = readFileSync(proc('cmdline'), 'utf8').split('\0').slice(1, -1);
    expect(args).toEqual([
      ...['-namespace', 'test'],
      ...['-workdir', config.workDir],
      ...['-address', start.daemonAddress],
      ...['-containerd-binary', expect.stringMatching(/\/publish\.sh$/)],
      ...['-runtime-root', config.runtimeRoot],
      '-debug',
    ]);
    expect(readlinkSync(proc('cwd'))).toBe(config.path);
    expect(readlinkSync(proc('fd/0'))).toBe('/dev/null');
    expect(readlinkSync(proc('fd/2'))).toBe(path.join(config.workDir, 'shim.stderr.log'));
    expect(readlinkSync(proc('fd/3'))).toMatch(/^socket:/);
    expect(readFileSync(proc('environ'), 'utf8')).toContain('GOMAXPROCS=2');
    const group = Number(readFileSync(proc('stat'), 'utf8').split(') ')[1]?.split(' ')[2]);
    expect(group).toBe(shimPid);
    expect(Number(readFileSync(proc('oom_score_adj'), 'utf8'))).toBe(
      Math.min(1000, Number(readFileSync('/proc/self/oom_score_adj', 'utf8')) + 1),
    );
    expect(statSync(socketOf(bundle)).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(socketOf(bundle))).mode & 0o777).toBe(0o700);
    expect(readFileSync(path.join(config.path, 'address'), 'utf8')).toBe(start.address);
    expect(readFileSync(path.join(config.path, 'shim.pid'), 'utf8')).toBe(String(shimPid));
    expect(readdirSync(path.dirname(socketOf(bundle)))).toEqual(['one']);
  });

  test('passes criu and systemd-cgroup in the words the stock shim knows', async () => {
    const bundle = await emptyBundle();
    const config = { ...bundle.config, criu: '/usr/sbin/criu', systemdCgroup: true };
    const { shimPid } = await started({ ...bundle, config });
    const args = readFileSync(`/proc/${shimPid}/cmdline`, 'utf8');
    expect(args).toContain('\0-criu\0/usr/sbin/criu\0');
    expect(args).toContain('\0-systemd-cgroup\0');
  });

  test('lets no other descriptor of this process reach the shim (CVE-2024-21626)', async () => {
    const server = createServer().listen(0);
    onTestFinished(() => void server.close());
    const { shimPid } = await started(await emptyBundle());
    const inherited = readdirSync(`/proc/${shimPid}/fd`).map((fd) =>
      readlinkSync(`/proc/${shimPid}/fd/${fd}`),
    );
    // What the Go runtime opens for itself is anonymous; one socket listens, one is our connection.
    expect(inherited.filter((target) => target.startsWith('socket:')).length).toBeLessThanOrEqual(2);
    const files = inherited.filter((target) => target.startsWith('/') && target !== '/dev/null');
    expect(files.every((target) => target.includes('/shim.std'))).toBe(true);
  });

  test('moves the shim into the cgroup', async () => {
    const bundle = await emptyBundle();
    const name = `/${bundle.token}-shim`;
    const hierarchy = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
    mkdirSync(hierarchy + name);
    onTestFinished(() => rmdirSync(hierarchy + name));
    const { shimPid, shim } = await started(bundle, { cgroup: name });
    expect(readFileSync(`/proc/${shimPid}/cgroup`, 'utf8')).toContain(name);
    await shim.killShim();
  });

  test('calls onExit once, and removes the socket, when the shim is killed from elsewhere', async () => {
    const bundle = await emptyBundle();
    let exits = 0;
    const { promise: exited, resolve } = Promise.withResolvers<void>();
    const onExit = () => {
      exits += 1;
      resolve();
    };
    const { shim, shimPid } = await started(bundle, { onExit });
    process.kill(shimPid, 'SIGKILL');
    await exited;
    expect(existsSync(socketOf(bundle))).toBe(false);
    expect(await shim.isAlive()).toBe(false);
    await shim.stopShim();
    await shim.killShim();
    expect(exits).toBe(1);
  });

  test('the shim outlives the process that started it', async () => {
    const bundle = await emptyBundle();
    const starter = path.join(import.meta.dirname, 'fixtures/start.ts');
    const { config, start } = bundle;
    await execa(process.execPath, [
      '--conditions=@shimwright/source',
      starter,
      JSON.stringify({ config, start }),
    ]);
    const shim = await newClient(config, withConnect({ address: start.address }));
    expect(await shim.isAlive()).toBe(true);
    await shim.killShim();
    await shim.close();
  });

  test('replaces a stale socket', async () => {
    const bundle = await emptyBundle();
    mkdirSync(path.dirname(socketOf(bundle)), { mode: 0o700 });
    const crash =
      "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
    await execa(process.execPath, ['--eval', crash, socketOf(bundle)], { reject: false });
    expect(existsSync(socketOf(bundle))).toBe(true);
    const { shim } = await started(bundle);
    expect(await shim.isAlive()).toBe(true);
  });

  test.each<[string, Partial<StartOptions>, string]>([
    ['a name that is not on the PATH', { shim: 'no-such-shim' }, 'ERR_SHIM_NOT_FOUND'],
    ['a path that is missing', { shim: '/no/such/shim' }, 'ERR_SHIM_NOT_FOUND'],
    ['a directory', { shim: '/usr' }, 'ERR_SHIM_NOT_FOUND'],
    ['a file that is not executable', { shim: '/etc/passwd' }, 'ERR_SHIM_NOT_FOUND'],
    ['a publisher that is missing', { publisher: '/no/such/publisher' }, 'ERR_SHIM_NOT_FOUND'],
    ['a cgroup that is missing', { cgroup: '/no/such/cgroup' }, 'ERR_SHIM_CGROUP'],
    [
      'an abstract address (CVE-2020-15257)',
      { address: '/containerd-shim/a/b/shim.sock' },
      'ERR_SHIM_ADDRESS',
    ],
    ['an address that is too long', { address: `unix:///tmp/${'x'.repeat(120)}` }, 'ERR_ADDRESS_TOO_LONG'],
    ['a daemon address that is not absolute', { daemonAddress: 'daemon.sock' }, 'ERR_SPOOL_INSECURE'],
  ])('refuses %s before anything is made', async (_, options, code) => {
    const bundle = await emptyBundle();
    await expect(newClient(bundle.config, withStart({ ...bundle.start, ...options }))).rejects.toMatchObject({
      code,
    });
    expectNothingMade(bundle);
  });

  test('a shim that exits at once is an error with its stderr, and leaves nothing', async () => {
    const bundle = await emptyBundle();
    const shim = await script(bundle, 'echo "cannot do this" >&2; exit 3');
    await expect(newClient(bundle.config, withStart({ ...bundle.start, shim }))).rejects.toMatchObject({
      code: 'ERR_SHIM_EXITED',
      exitCode: 3,
      stderr: 'cannot do this',
      message: expect.stringContaining('cannot do this'),
    });
    expectNothingMade(bundle);
  });

  test('an executable of another format is an error, and leaves nothing', async () => {
    const bundle = await emptyBundle();
    const shim = path.join(bundle.base, 'garbage');
    await writeFile(shim, Buffer.alloc(100, 7), { mode: 0o755 });
    await expect(newClient(bundle.config, withStart({ ...bundle.start, shim }))).rejects.toMatchObject({
      code: 'ERR_SHIM_EXITED', // the C library gives it to a shell
    });
    expectNothingMade(bundle);
  });

  test('refuses an address at which somebody answers, who is not disturbed', async () => {
    const bundle = await emptyBundle();
    const { shim } = await started(bundle);
    await expect(newClient(bundle.config, withStart(bundle.start))).rejects.toMatchObject({
      code: 'ERR_SHIM_ADDRESS_IN_USE',
      path: socketOf(bundle),
    });
    expect(await shim.isAlive()).toBe(true);
    expect(readFileSync(path.join(bundle.config.path, 'address'), 'utf8')).toBe(bundle.start.address);
  });

  test('of two that start at the same time exactly one wins', async () => {
    const bundle = await emptyBundle();
    const starts = await Promise.allSettled([
      newClient(bundle.config, withStart(bundle.start)),
      newClient(bundle.config, withStart(bundle.start)),
    ]);
    const won = starts.filter((start) => start.status === 'fulfilled').map(({ value }) => value);
    const lost = starts.filter((start) => start.status === 'rejected').map(({ reason }) => reason);
    expect(won).toHaveLength(1);
    expect(lost).toMatchObject([{ code: 'ERR_SHIM_ADDRESS_IN_USE' }]);
    expect(await won[0]?.isAlive()).toBe(true);
    expect(readdirSync(bundle.config.path).sort()).toEqual(['address', 'shim.pid']);
    expect(readdirSync(bundle.config.workDir).sort()).toEqual(['shim.stderr.log', 'shim.stdout.log']);
    await won[0]?.killShim();
    await won[0]?.close();
  });

  test('refuses a path that is no socket, and does not touch it', async () => {
    const bundle = await emptyBundle();
    mkdirSync(path.dirname(socketOf(bundle)), { mode: 0o700 });
    await writeFile(socketOf(bundle), 'mine');
    await expect(newClient(bundle.config, withStart(bundle.start))).rejects.toMatchObject({
      code: 'ERR_SHIM_ADDRESS',
    });
    expect(readFileSync(socketOf(bundle), 'utf8')).toBe('mine');
  });

  test('refuses a directory in which others could put a socket', async () => {
    const bundle = await emptyBundle();
    mkdirSync(path.dirname(socketOf(bundle)));
    chmodSync(path.dirname(socketOf(bundle)), 0o777);
    await expect(newClient(bundle.config, withStart(bundle.start))).rejects.toMatchObject({
      code: 'ERR_SHIM_ADDRESS',
    });
    expectNothingMade(bundle);
  });

  test('an abort leaves nothing behind, at whichever step it comes', async () => {
    const bundle = await emptyBundle();
    const reason = new Error('changed my mind');
    await expect(
      newClient(bundle.config, withStart(bundle.start), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expectNothingMade(bundle);

    let ended = 0;
    for (let turns = 0; turns < 40; turns++) {
      const abort = new AbortController();
      const start = newClient(bundle.config, withStart(bundle.start), abort);
      start.catch(() => {});
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      abort.abort(reason);
      const [result] = await Promise.allSettled([start]);
      if (result.status === 'fulfilled') {
        await result.value.killShim();
        await result.value.close();
        for (const name of ['address', 'shim.pid'])
          expect(existsSync(path.join(bundle.config.path, name))).toBe(true);
        break;
      }
      expect(result.reason).toBe(reason);
      expectNothingMade(bundle);
      ended += 1;
    }
    expect(ended).toBeGreaterThan(0);
  });

  test('a shim that answers nothing can be given up', async () => {
    const bundle = await emptyBundle();
    const shim = await script(bundle, 'exec sleep 600');
    const abort = new AbortController();
    const start = newClient(bundle.config, withStart({ ...bundle.start, shim }), abort);
    start.catch(() => {});
    while (!existsSync(path.join(bundle.config.path, 'shim.pid'))) await new Promise(setImmediate);
    abort.abort();
    await expect(start).rejects.toMatchObject({ name: 'AbortError' });
    expectNothingMade(bundle);
  });

  test('nobody can connect before the shim can answer, and a connection is never lost to this process', async () => {
    const bundle = await emptyBundle();
    const start = newClient(bundle.config, withStart(bundle.start));
    start.catch(() => {});
    while (!existsSync(socketOf(bundle))) await new Promise(setImmediate);
    const early = connect(socketOf(bundle));
    const shim = await start;
    const other = await newClient(bundle.config, withConnect({ address: bundle.start.address }));
    expect(await other.isAlive()).toBe(true);
    early.destroy();
    await other.close();
    await shim.killShim();
    await shim.close();
  });
});
