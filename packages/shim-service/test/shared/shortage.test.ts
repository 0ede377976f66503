import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
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
  const one = await the.bundle('one', ['/bin/sh', '-c', 'while [ ! -e /tmp/end ]; do read line; echo "$line"; done; exit 7']);
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
  onTestFinished(() => lift().then(() => {}, () => {}));
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
