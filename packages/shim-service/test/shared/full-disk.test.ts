import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { smallDisk } from '../../../../tools/testing/small-disk.ts';
import { newClient, withSharedConnect } from '../../../shim-client/src/index.ts';
import { sharedProgram } from '../../src/index.ts';
import { group } from './group.ts';

describe('a shared process whose disk is full', () => {
  needs('linux', 'root', 'command runc');

  test('serves on, and tells each exit once there is space again', async () => {
    const the = await group();
    const [one, two] = [await the.bundle('one'), await the.bundle('two')];
    const disks = [path.dirname(the.controlSocket), `${one.options.daemonAddress}.events`];
    const [state, spool] = await Promise.all(disks.map(smallDisk));
    const shims = [await one.add(), await two.add()];
    for (const [index, shim] of shims.entries()) {
      const member = [one, two][index] ?? expect.fail();
      await member.create(shim);
      await shim.start({ id: member.id });
    }
    const [first, second] = shims;
    if (!first || !second) return expect.unreachable();
    state?.fill();
    spool?.fill();
    await first.kill({ id: 'one', signal: 9 });
    expect(await first.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    expect(await second.state({ id: 'two' })).toMatchObject({ status: 'RUNNING' });
    const told = () =>
      readdirSync(`${one.options.daemonAddress}.events`).filter((name) => /^\d+$/.test(name));
    expect(told()).toEqual([]);

    state?.free();
    spool?.free();
    await expect.poll(told, { timeout: 10_000 }).toHaveLength(1);
    expect(await one.exits(1)).toEqual([{ containerId: 'one', id: 'one', status: 137, unknown: false }]);
    // The next process knows of it, too.
    const registers = () => {
      const directory = `${the.controlSocket}.d`;
      return readdirSync(directory)
        .map((name) => readFileSync(path.join(directory, name), 'utf8'))
        .join('');
    };
    await expect.poll(registers, { timeout: 10_000 }).toContain('"status":137');
    process.kill((await first.shimInfo({})).shimPid, 'SIGKILL');
    await expect.poll(() => first.isAlive()).toBe(false);
    await using again = await newClient(one.config, withSharedConnect(one.options));
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'STOPPED', exitStatus: 137 });
    await again.delete({});
    await again.stopShim();
    await using other = await newClient(two.config, withSharedConnect(two.options));
    await other.kill({ id: 'two', signal: 9 });
    await other.wait({ id: 'two' });
    await other.delete({});
    await other.stopShim();
    await expect.poll(() => readdirSync(path.dirname(the.controlSocket))).toEqual([]); // it has ended, and its disk can be taken away
  });

  test('is succeeded by one that loses nothing, also of what ends while it is full', async () => {
    const the = await group(50, sharedProgram());
    const one = await the.bundle('one', ['/bin/sh', '-c', 'read line; echo "$line"; exit 7']);
    const state = await smallDisk(path.dirname(the.controlSocket));
    const log = path.join(the.base, 'log');
    const io = await one.io();
    const shim = await one.add();
    await one.create(shim, { stdin: io.paths.stdin, stdout: `file://${log}`, stderr: '' });
    await shim.start({ id: 'one' });
    const { shimPid } = await shim.shimInfo({});
    state.fill();
    process.kill(shimPid, 'SIGKILL');
    await expect.poll(() => shim.isAlive()).toBe(false);
    io.streams().stdin?.write('said\n');
    // Nobody asks for it.
    expect(await one.exits(1)).toEqual([{ containerId: 'one', id: 'one', status: 7, unknown: false }]);
    await expect.poll(() => readFileSync(log, 'utf8')).toBe('said\n');
    state.free();
    await using again = await newClient(one.config, withSharedConnect(one.options));
    await again.delete({});
    await again.stopShim();
    await expect.poll(() => readdirSync(path.dirname(the.controlSocket)), { timeout: 10_000 }).toEqual([]);
  });
});
