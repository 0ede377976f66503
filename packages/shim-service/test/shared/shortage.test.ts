import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { withoutProcesses } from '../../../../tools/testing/pids-limit.ts';
import { makeFifo, processStat } from '../../../linux-native/src/index.ts';
import { newClient, withSharedConnect } from '../../../shim-client/src/index.ts';
import { sharedProgram } from '../../src/index.ts';
import { processSpec } from '../fixtures/shim.ts';
import { type Group, group } from './group.ts';

/** A running container that logs to a file, its server and the keeper of that. */
async function logging(the: Group) {
  const one = await the.bundle('one', [
    '/bin/sh',
    '-c',
    'while [ ! -e /tmp/end ]; do read line; echo "$line"; done; exit 7',
  ]);
  const log = path.join(the.base, 'log');
  const io = await one.io();
  const shim = await one.add();
  await one.create(shim, { stdin: io.paths.stdin, stdout: `file://${log}`, stderr: `file://${log}` });
  const { pid } = await shim.start({ id: 'one' });
  const { shimPid } = await shim.shimInfo({});
  const keeper = processStat(shimPid)?.parent ?? expect.fail();
  return { one, log, io, shim, pid, shimPid, keeper };
}

const openFilesOf = (pid: number) =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return []; // closed just now
    }
  });

/** Lets a process open so many files more, until the test ends. */
async function leaveDescriptors(pid: number, count: number) {
  const highest = Math.max(...readdirSync(`/proc/${pid}/fd`).map(Number));
  const limit = (most: number) => execa('prlimit', ['--pid', String(pid), `--nofile=${most}:`]);
  const lift = () => limit(1024);
  onTestFinished(() =>
    lift().then(
      () => {},
      () => {},
    ),
  );
  await limit(highest + 1 + count);
  return lift;
}

describe('where a resource runs out, the keeper of a shared process', () => {
  needs('linux', 'root', 'command runc', 'command prlimit');

  test('that has no descriptor left keeps what it is given once it has some', async () => {
    const the = await group(50, sharedProgram());
    const { one, shim, log, io, shimPid, keeper } = await logging(the);
    // What it is given waits in the socket until something has to be given up.
    const stdin = path.join(the.base, 'fifo');
    makeFifo(stdin, 0o600);
    let count = 0;
    const keptNow = async () => {
      const id = `cat-${count++}`;
      await shim.exec({ id, spec: processSpec(['/bin/cat']), stdin });
      await shim.start({ id });
      await shim.closeIO({ id });
      expect(await shim.wait({ id })).toMatchObject({ exitStatus: 0 });
      await shim.deleteProcess({ id });
      return openFilesOf(keeper);
    };
    const lift = await leaveDescriptors(keeper, 1);
    expect(await keptNow()).not.toContain(log);
    await lift();
    await expect.poll(keptNow, { timeout: 20_000 }).toContain(log);
    process.kill(shimPid, 'SIGKILL');
    await expect.poll(() => shim.isAlive()).toBe(false);
    await using again = await newClient(one.config, withSharedConnect(one.options));
    io.streams().stdin?.write('said\n');
    await expect.poll(() => readFileSync(log, 'utf8')).toBe('said\n');
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
  });

  test('that has no descriptor left waits for its server, and tells how processes ended', async () => {
    const the = await group(50, sharedProgram());
    const { keeper, shimPid, one, shim, pid } = await logging(the);
    const lift = await leaveDescriptors(keeper, 1);
    process.kill(shimPid, 'SIGKILL');
    await expect.poll(() => shim.isAlive()).toBe(false);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => processStat(pid)).toBeUndefined();
    await lift();
    await using again = await newClient(one.config, withSharedConnect(one.options));
    expect(await again.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    expect(await one.exits(1)).toEqual([{ containerId: 'one', id: 'one', status: 137, unknown: false }]);
    expect(readFileSync(`${the.controlSocket}.log`, 'utf8').split('\n').length).toBeLessThan(20);
  });

  test('that cannot start a server starts one when it can', async () => {
    const the = await group(50, sharedProgram());
    const { keeper, shimPid, one, shim, pid } = await logging(the);
    const limit = withoutProcesses(`${the.token}-pids`, keeper);
    process.kill(shimPid, 'SIGKILL');
    await expect.poll(() => shim.isAlive()).toBe(false);
    await expect.poll(() => limit.refusals, { timeout: 10_000 }).toBeGreaterThan(1);
    limit.lift();
    await using again = await newClient(one.config, withSharedConnect(one.options));
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'RUNNING', pid });
  });
});

describe('where a resource runs out, a shared process', () => {
  needs('linux', 'root', 'command runc', 'command prlimit');

  /** A running container of the process, and what tells that it is unharmed. */
  async function bystander(the: Group) {
    const one = await the.bundle('bystander');
    const shim = await one.add();
    await one.create(shim);
    const { pid } = await shim.start({ id: 'bystander' });
    const { shimPid } = await shim.shimInfo({});
    const unharmed = async () => {
      expect(await shim.state({ id: 'bystander' })).toMatchObject({ status: 'RUNNING', pid });
      expect(await shim.shimInfo({})).toEqual({ shimPid });
    };
    return { one, shim, pid, shimPid, unharmed };
  }

  test('that has few descriptors left serves its clients, and no further one until it has more', async () => {
    const the = await group();
    const { one, shim, shimPid, unharmed } = await bystander(the);
    const lift = await leaveDescriptors(shimPid, 20);
    await expect(one.connect().then((another) => another.shimInfo({}))).rejects.toMatchObject({
      code: 'ERR_TTRPC_CLOSED',
    });
    await unharmed();
    await shim.kill({ id: 'bystander', signal: 9 });
    expect(await shim.wait({ id: 'bystander' })).toMatchObject({ exitStatus: 137 });
    expect(await one.exits(1)).toHaveLength(1);
    await lift();
    await using another = await one.connect();
    expect(await another.state({ id: 'bystander' })).toMatchObject({ status: 'STOPPED', exitStatus: 137 });
  });

  test('that has no descriptor left tells an exit once it has one', async () => {
    const the = await group();
    const { one, shim, shimPid, pid } = await bystander(the);
    const lift = await leaveDescriptors(shimPid, 0);
    process.kill(pid, 'SIGKILL');
    expect(await shim.wait({ id: 'bystander' })).toMatchObject({ exitStatus: 137 });
    await lift();
    expect(await one.exits(1)).toEqual([
      { containerId: 'bystander', id: 'bystander', status: 137, unknown: false },
    ]);
  });

  test('whose spool takes no further file passes an exit on once it does', async () => {
    const the = await group();
    const one = await the.bundle('one', ['/bin/sh', '-c', 'exit 7']);
    const spool = `${one.options.daemonAddress}.events`;
    await mkdir(spool, { mode: 0o700 });
    await execa('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=4,mode=700', 'tmpfs', spool]);
    onTestFinished(() => execa('umount', ['--lazy', spool]).then(() => {}));
    for (const name of ['a', 'b']) writeFileSync(path.join(spool, name), ''); // besides the root, one may be made
    const shim = await one.add();
    await one.create(shim);
    await shim.start({ id: 'one' });
    expect(await shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 7 });
    await expect
      .poll(() => readFileSync(`${the.controlSocket}.log`, 'utf8'))
      .toContain('cannot put down an event yet');
    expect(readdirSync(spool).filter((name) => /^\d/.test(name))).toEqual([]);
    for (const name of ['a', 'b']) rmSync(path.join(spool, name));
    expect(await one.exits(1)).toEqual([{ containerId: 'one', id: 'one', status: 7, unknown: false }]);
  });

  const pipesOf = (pid: number) => openFilesOf(pid).filter((file) => /^pipe:|\/fifo$/.test(file)).length;

  test.each([
    ['its OCI runtime', ''],
    ['what copies its input', 'fifo'],
  ])(
    'that cannot start %s refuses that container alone, leaves nothing of it, and makes it later',
    async (_, name) => {
      const the = await group();
      const { shimPid, unharmed } = await bystander(the);
      const one = await the.bundle('one');
      const shim = await one.add();
      const stdin = name && path.join(the.base, name);
      if (stdin !== '') makeFifo(stdin, 0o600);
      const before = pipesOf(shimPid);
      const limit = withoutProcesses(`${the.token}-pids`, shimPid);
      await expect(one.create(shim, { stdin })).rejects.toThrow(/EAGAIN|resource temporarily unavailable/);
      await unharmed();
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`${one.config.path}/`);
      await expect.poll(() => pipesOf(shimPid)).toBe(before);
      limit.lift();
      await one.create(shim, { stdin });
      expect(await shim.state({ id: 'one' })).toMatchObject({ status: 'CREATED' });
      await unharmed();
    },
  );

  test('that cannot start a further process, or stop a container, does both later', async () => {
    const the = await group();
    const { shim, shimPid, unharmed } = await bystander(the);
    const stdout = path.join(the.base, 'fifo');
    makeFifo(stdout, 0o600);
    const before = pipesOf(shimPid);
    const limit = withoutProcesses(`${the.token}-pids`, shimPid);
    const spec = processSpec(['/bin/true']);
    for (const terminal of [true, false]) {
      await shim.exec({ id: 'further', spec, stdout, terminal });
      await expect(shim.start({ id: 'further' })).rejects.toThrow(/EAGAIN|resource temporarily unavailable/);
      await shim.deleteProcess({ id: 'further' });
    }
    await expect(shim.kill({ id: 'bystander', signal: 15 })).rejects.toThrow(/EAGAIN|resource temporarily/);
    await unharmed();
    await expect.poll(() => pipesOf(shimPid)).toBe(before);
    limit.lift();
    await shim.exec({ id: 'further', spec, stdout, terminal: true });
    await shim.start({ id: 'further' });
    expect(await shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 0 });
    await unharmed();
  });

  test('that cannot start a thread opens a log all the same', async () => {
    const the = await group();
    const { shim, shimPid, unharmed } = await bystander(the);
    const limit = withoutProcesses(`${the.token}-pids`, shimPid);
    const log = `file://${the.base}/log`;
    await shim.exec({ id: 'further', spec: processSpec(['/bin/echo', 'said']), stdout: log });
    await expect(shim.start({ id: 'further' })).rejects.toThrow(/EAGAIN|resource temporarily unavailable/);
    await shim.deleteProcess({ id: 'further' });
    await unharmed();
    limit.lift();
    await shim.exec({ id: 'further', spec: processSpec(['/bin/echo', 'said']), stdout: log });
    await shim.start({ id: 'further' });
    await expect.poll(() => readFileSync(path.join(the.base, 'log'), 'utf8')).toBe('said\n');
    await unharmed();
  });

  test('that cannot start its publisher has it told of an exit once it can', async () => {
    const the = await group();
    const one = await the.bundle('one');
    const told = path.join(the.base, 'told');
    const publisher = path.join(the.base, 'publisher');
    writeFileSync(publisher, `#!/bin/sh\ncat >>${told}\n`, { mode: 0o755 });
    const shim = await one.add({ publisher });
    await one.create(shim);
    const { pid } = await shim.start({ id: 'one' });
    const { shimPid } = await shim.shimInfo({});
    const limit = withoutProcesses(`${the.token}-pids`, shimPid);
    process.kill(pid, 'SIGKILL');
    expect(await shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    await expect.poll(() => limit.refusals, { timeout: 10_000 }).toBeGreaterThan(1);
    limit.lift();
    await expect
      .poll(() => existsSync(told) && readFileSync(told, 'latin1'), { timeout: 10_000 })
      .toContain('containerd.events.TaskExit');
  });
});
