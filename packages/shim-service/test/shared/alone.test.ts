import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { newClient, type ShimClient, withSharedConnect } from '../../../shim-client/src/index.ts';
import { processSpec } from '../fixtures/shim.ts';
import { type Group, group, type Member } from './group.ts';

const FAULTS = path.join(import.meta.dirname, '../fixtures/faults.cjs');

/** A bundle of a group whose process can be made to fail, see `fixtures/faults.cjs`. */
async function bundle(the: Group, id: string, args?: readonly string[]): Promise<Member> {
  const one = await the.bundle(id, args);
  const preloaded = ['--require', FAULTS, ...(one.options.args ?? [])];
  return { ...one, add: () => one.add({ args: preloaded }), options: { ...one.options, args: preloaded } };
}

async function running(the: Group, id: string, args?: readonly string[], stdio = {}) {
  const one = await bundle(the, id, args);
  const shim = await one.add();
  await one.create(shim, stdio);
  const { pid } = await shim.start({ id });
  return { one, shim, pid };
}

/** Another container of the same process, which is to notice nothing. */
async function bystander(the: Group) {
  const { shim, pid } = await running(the, 'bystander');
  const { shimPid } = await shim.shimInfo({});
  return async () => {
    expect(await shim.state({ id: 'bystander' })).toMatchObject({ status: 'RUNNING', pid });
    expect(await shim.shimInfo({})).toEqual({ shimPid });
  };
}

/** The number that the next descriptor of a process gets. */
async function nextDescriptor(pid: number): Promise<number> {
  const open = (await readdir(`/proc/${pid}/fd`)).map(Number);
  return (
    Array.from({ length: open.length + 1 }, (_, number) => number).find((one) => !open.includes(one)) ?? 0
  );
}

const limitDescriptors = (pid: number, most: number) =>
  execa('prlimit', ['--pid', String(pid), `--nofile=${most}:`]);

const exitOf = async (one: Member, shim: ShimClient, status: number) => {
  expect(await shim.wait({ id: one.id })).toMatchObject({ exitStatus: status });
  expect(await one.exits(1)).toEqual([{ containerId: one.id, id: one.id, status, unknown: false }]);
};

describe('in a shared process, a container', () => {
  needs('linux', 'root', 'command runc');

  test.each(['EMFILE', 'ENOMEM'] as const)(
    'that cannot be watched because pidfd_open fails with %s ends as it does, and so do others',
    async (code) => {
      const the = await group();
      const unharmed = await bystander(the);
      const errno = path.join(the.base, 'pidfd-errno');
      onTestFinished(() => rmSync(errno, { force: true }));
      writeFileSync(errno, String(constants.errno[code]));
      const { one, shim } = await running(the, 'one', ['/bin/sh', '-c', 'exit 7']);
      await exitOf(one, shim, 7);
      await unharmed();
      rmSync(errno);
      await shim.delete({});
      await one.create(shim);
      await shim.kill({ id: 'one', signal: 9 });
      expect(await shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
      await unharmed();
    },
  );

  test('for which no descriptor is left is refused alone, and made once there are some', async () => {
    const the = await group();
    const unharmed = await bystander(the);
    const ends = await running(the, 'ends');
    const one = await bundle(the, 'one');
    const shim = await one.add();
    const { shimPid } = await shim.shimInfo({});
    onTestFinished(async () => void (await limitDescriptors(shimPid, 1024)));
    await limitDescriptors(shimPid, await nextDescriptor(shimPid));
    await expect(one.create(shim)).rejects.toThrow('too many open files');
    await unharmed();
    process.kill(ends.pid, 'SIGKILL');
    expect(await ends.shim.wait({ id: 'ends' })).toMatchObject({ exitStatus: 137 });
    await limitDescriptors(shimPid, 1024);
    await one.create(shim);
    expect(await shim.state({ id: 'one' })).toMatchObject({ status: 'CREATED' });
    await unharmed();
  });

  test('whose log cannot be closed because of a quota ends as it does, and so do others', async () => {
    const the = await group();
    const unharmed = await bystander(the);
    const log = path.join(the.base, 'log.quota');
    const stdio = { stdout: `file://${log}`, stderr: `file://${log}` };
    const { one, shim } = await running(the, 'one', ['/bin/sh', '-c', 'echo said; exit 4'], stdio);
    await exitOf(one, shim, 4);
    await shim.delete({});
    expect(await readFile(log, 'utf8')).toBe('said\n');
    await unharmed();
  });

  test('whose shim fails in a way that nobody holds is given up alone, and taken over anew', async () => {
    const the = await group();
    const unharmed = await bystander(the);
    const io = await (await the.bundle('one')).io();
    const { one, shim, pid } = await running(the, 'one', ['/bin/sleep', '600'], io.paths);
    const exec = await one.exec(shim, 'two', ['/bin/sh', '-c', 'trap "exit 5" TERM; sleep 600 & wait']);
    writeFileSync(path.join(the.base, 'no-kill'), '');
    await shim.exec({ id: 'three', spec: processSpec(['/bin/true']), stdin: io.paths.stdin });
    await shim.start({ id: 'three' });
    await expect.poll(() => shim.isAlive()).toBe(false);
    expect(readFileSync(`${the.controlSocket}.log`, 'utf8')).toContain('nobody thought of this');
    await unharmed();

    await using again = await newClient(one.config, withSharedConnect(one.options));
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'RUNNING', pid });
    expect(await again.state({ id: 'two' })).toMatchObject({ status: 'RUNNING', pid: exec });
    expect(await again.state({ id: 'three' })).toMatchObject({ status: 'STOPPED', exitStatus: 0 });
    await again.kill({ id: 'two', signal: 15 });
    expect(await again.wait({ id: 'two' })).toMatchObject({ exitStatus: 5 });
    process.kill(pid, 'SIGKILL');
    expect(await again.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    expect((await one.exits(3)).map(({ id, status, unknown }) => [id, status, unknown])).toEqual([
      ['three', 0, false],
      ['two', 5, false],
      ['one', 137, false],
    ]);
    await unharmed();
  });
});
