import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { withoutProcesses } from '../../../tools/testing/pids-limit.ts';
import { sandbox } from '../../../tools/testing/sandbox.ts';
import { TaskV2Definition } from '../../shim-api/src/task-v2.ts';
import { connect } from '../../ttrpc/src/index.ts';
import { processSpec } from './fixtures/shim.ts';
import { type Driven, drivenShim, HOST_ROOT } from './fixtures/v2-driven.ts';
import { groupsOf, servingGroupOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

describe('where a resource runs out, the shim of task v2', () => {
  needs('linux', 'root', 'command runc', 'command prlimit');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  /** A container that runs, and the process that serves it. */
  async function running() {
    const driven = await drivenShim({ program });
    const { id, token, task, create } = driven;
    const { pid } = await create();
    await task.start({ id });
    const unharmed = async () => expect(await task.state({ id })).toMatchObject({ status: 'RUNNING', pid });
    return { ...driven, pid, unharmed, ...(await servingGroupOf(token)) };
  }

  /** Ends it, and waits until all of that is gone. */
  async function end({ id, task }: Driven) {
    await task.kill({ id, signal: 9 });
    expect(await task.wait({ id })).toMatchObject({ exitStatus: 137 });
    await task.delete({ id });
  }

  test('that is killed while no process can be started serves on once one can be', async () => {
    const the = await running();
    const limit = withoutProcesses(`${the.token}-pids`, the.recorded);
    process.kill(the.server, 'SIGKILL');
    await expect.poll(() => limit.refusals, { timeout: 10_000 }).toBeGreaterThan(1);
    limit.lift();
    await the.unharmed();
    expect((await servingGroupOf(the.token)).recorded).toBe(the.recorded);
    await end(the);
  });

  test('that cannot start a process refuses what needs one, keeps nothing of it, and does it later', async () => {
    const the = await running();
    const { id, task, server, unharmed } = the;
    const pipes = () => openFilesOf(server).filter((file) => file.startsWith('pipe:')).length;
    const before = pipes();
    const limit = withoutProcesses(`${the.token}-pids`, server);
    const spec = processSpec(['/bin/true']);
    const log = 'binary:///bin/cat';
    for (const stdio of [{}, { stdout: log, stderr: log }, { stdout: log, terminal: true }]) {
      await task.exec({ id, execId: 'x', spec, ...stdio });
      await expect(task.start({ id, execId: 'x' })).rejects.toThrow(
        /EAGAIN|resource temporarily unavailable/,
      );
      await task.delete({ id, execId: 'x' });
    }
    await unharmed();
    await expect.poll(pipes).toBe(before);
    limit.lift();
    await task.exec({ id, execId: 'x', spec });
    await task.start({ id, execId: 'x' });
    expect(await task.wait({ id, execId: 'x' })).toMatchObject({ exitStatus: 0 });
    await end(the);
  });

  test('that has few descriptors left serves its clients, and no further one until it has more', async () => {
    const the = await running();
    const { id, server, directory } = the;
    const socket = readFileSync(path.join(directory, 'server'), 'utf8').trim().split(' ')[2] ?? expect.fail();
    const another = async () => {
      await using client = await connect(socket.replace('unix://', ''));
      return await client.service(TaskV2Definition).state({ id });
    };
    const limit = (most: number) => execa('prlimit', ['--pid', String(server), `--nofile=${most}:`]);
    await limit(Math.max(...readdirSync(`/proc/${server}/fd`).map(Number)) + 20);
    await expect(another()).rejects.toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    await the.unharmed();
    await limit(1024);
    expect(await another()).toMatchObject({ status: 'RUNNING' });
    await end(the);
  });

  test('refuses a container whose notes do not fit on the disk, and makes it once they do', async () => {
    const the = await running();
    const { base, task, token } = the;
    const id = `${token}-full`;
    const bundle = path.join(base, 'small', id);
    mkdirSync(path.dirname(bundle), { recursive: true });
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path.dirname(bundle)]);
    onTestFinished(() => execa('umount', ['--lazy', path.dirname(bundle)]).then(() => {}));
    mkdirSync(path.join(bundle, 'rootfs'), { recursive: true });
    const config = JSON.parse(readFileSync(path.join(the.bundle, 'config.json'), 'utf8'));
    config.linux.cgroupsPath = `/${id}`;
    writeFileSync(path.join(bundle, 'config.json'), JSON.stringify(config));
    const filler = path.join(bundle, 'filler');
    // What is noted before the container is made takes the one that may be left.
    for (const pages of [0, 1]) {
      const { bavail, bsize } = statfsSync(bundle);
      writeFileSync(filler, Buffer.alloc((bavail - pages) * bsize));
      await expect(the.create({ id, bundle, rootfs: HOST_ROOT })).rejects.toThrow('ENOSPC');
      await expect(task.state({ id })).rejects.toThrow('not found');
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`${bundle}/rootfs`);
      await the.unharmed();
      for (const name of ['filler', 'options.json', 'runtime'])
        rmSync(path.join(bundle, name), { force: true });
    }
    await the.create({ id, bundle, rootfs: HOST_ROOT });
    expect(await task.state({ id })).toMatchObject({ status: 'CREATED' });
    await task.kill({ id, signal: 9 });
    await task.wait({ id });
    await task.delete({ id });
    await end(the);
  });

  test('whose start finds no process says so, and leaves nothing', async () => {
    const box = await sandbox();
    const id = `${box.token}-web`;
    const bundle = path.join(box.base, id);
    mkdirSync(bundle);
    writeFileSync(path.join(bundle, 'config.json'), '{}');
    const flags = ['-namespace', 'shimwright', '-address', box.daemonAddress, '-publish-binary', '/bin/true'];
    // With the notes of a group that is no more, the shell looks at stdin by another program.
    const directory = `/run/shimwright/shimwright@@${box.daemonAddress.replaceAll('/', '%')}`;
    mkdirSync(path.join(directory, 'starts'), { recursive: true, mode: 0o700 });
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const shell = execa(
      'sh',
      ['-c', 'read -r go; exec "$@"', 'sh', program.file, ...flags, '-id', id, 'start'],
      {
        ...{ cwd: bundle, env: program.env, reject: false, timeout: 30_000 },
      },
    );
    withoutProcesses(`${box.token}-pids`, shell.pid ?? expect.fail());
    shell.stdin.end('go\n');
    const { exitCode, stdout, stderr } = await shell;
    expect(exitCode).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('no process can be started');
    expect(groupsOf(box.token)).toEqual([]);
    expect(existsSync(path.join(bundle, 'address'))).toBe(false);
  });
});

function openFilesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return []; // closed just now
    }
  });
}
