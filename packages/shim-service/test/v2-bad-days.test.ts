import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { EventsDefinition } from '../../shim-api/src/index.ts';
import { DeleteResponse, TaskV2Definition } from '../../shim-api/src/task-v2.ts';
import { connect, TtrpcServer } from '../../ttrpc/src/index.ts';
import { type ContainerdV2, containerdV2 } from './fixtures/containerd-v2.ts';
import { drivenShim } from './fixtures/v2-driven.ts';
import { groupsOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

// Longer than the shim waits before it tries again at first. It was tried with 61 seconds, too.
const AWAY_MS = 1_000;

describe('a bad day of our shim of task v2', () => {
  needs('linux', 'root', 'command containerd', 'command ctr', 'command runc', 'command busybox');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  test('delete of a container that runs kills it, and leaves the others alone', async () => {
    const containerd = await containerdV2({ program });
    const { run, ctr, token, address } = containerd;
    await run(['-d'], 'web', '/bin/sleep', '600');
    await run(['-d'], 'other', '/bin/sleep', '600');
    const id = `${token}-web`;
    const flags = ['-namespace', 'default', '-address', address, '-publish-binary', '/bin/true', '-id', id];
    const pid = await pidOf(containerd, id);
    const { stdout } = await execa(program.file, [...flags, '-bundle', bundleOf(containerd, id), 'delete'], {
      ...{ cwd: bundleOf(containerd, id), env: program.env, encoding: 'buffer', stdin: 'ignore' },
    });
    expect(DeleteResponse.decode(stdout)).toMatchObject({ pid, exitStatus: 137 });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect((await ctr('task', 'exec', '--exec-id', 'x', `${token}-other`, '/bin/echo', 'on')).stdout).toBe(
      'on',
    );
  });

  test('a container that ends while the daemon is away is known to have when it is back', async () => {
    const containerd = await containerdV2({ program });
    const { run, ctr, token, stop, boot } = containerd;
    await run(['-d'], 'web', '/bin/sleep', '600');
    const id = `${token}-web`;
    const pid = await pidOf(containerd, id);
    await stop('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await boot();
    expect((await ctr('task', 'ls')).stdout).toMatch(new RegExp(`${id} +${pid} +STOPPED`));
    expect((await ctr('task', 'delete', id)).stderr).toContain('137');
  });

  test('events of that time are told once the daemon is back', async () => {
    const containerd = await containerdV2({ program });
    const { run, ctr, token, stop, boot } = containerd;
    await run(['-d'], 'web', '/bin/sleep', '600');
    const pid = await pidOf(containerd, `${token}-web`);
    const { directory } = groupsOf(token)[0] ?? expect.fail();
    await stop();
    process.kill(pid, 'SIGKILL');
    const waiting = async () => (await execa('ls', [path.join(directory, 'events')])).stdout;
    await expect.poll(waiting, { timeout: 5_000 }).not.toBe('');
    await boot();
    await expect.poll(waiting, { timeout: 10_000 }).toBe('');
    await ctr('task', 'delete', `${token}-web`);
  });

  test('a program that is missing in the container is told in the words that clients match, and nothing stays', async () => {
    const { run, ctr, token } = await containerdV2({ program });
    const failed = await run(['--rm'], 'web', '/bin/nonesuch');
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stderr).toContain('exec: "/bin/nonesuch": stat /bin/nonesuch: no such file or directory');
    expect((await ctr('task', 'ls', '-q')).stdout).toBe('');
    await expect.poll(() => groupsOf(token), { timeout: 5_000 }).toEqual([]);
  });

  test('an OCI runtime that is missing is named', async () => {
    const { run, base } = await containerdV2({ program });
    const options = path.join(base, 'options.toml');
    await writeFile(options, 'BinaryName = "/nonexistent/runc"\n');
    const failed = await run(['--rm', '--runtime-config-path', options], 'web', '/bin/true');
    expect(failed.stderr).toContain('/nonexistent/runc');
  });

  test('calls for what is not there are answered in the words of the stock shim', async () => {
    const containerd = await containerdV2({ program });
    await containerd.run(['-d'], 'web', '/bin/sleep', '600');
    const id = `${containerd.token}-web`;
    const address = await readFile(path.join(bundleOf(containerd, id), 'address'), 'utf8');
    const client = await connect(address.replace('unix://', ''));
    const task = client.service(TaskV2Definition);
    const words = (call: Promise<unknown>) =>
      call.then(String, ({ status, message }) => `${status} ${message}`);
    expect(await words(task.state({ id: 'none' }))).toBe('NOT_FOUND container not created: not found');
    expect(await words(task.wait({ id, execId: 'x' }))).toBe('NOT_FOUND process does not exist x: not found');
    expect(await words(task.delete({ id }))).toContain('cannot delete a running process');
    expect(await words(task.create({ id, bundle: bundleOf(containerd, id) }))).toContain('ALREADY_EXISTS');
    expect(await task.connect({ id: 'none' })).toMatchObject({ taskPid: 0 });
    expect(await task.shutdown({ id })).toEqual({}); // and nothing ends
    expect((await task.state({ id })).status).toBe('RUNNING');
    await client.close();
  });

  test('a bundle that is gone costs its container’s notes, and no other', async () => {
    const containerd = await containerdV2({ program });
    const { run, token } = containerd;
    await run(['-d'], 'web', '/bin/sleep', '600');
    await run(['-d'], 'other', '/bin/sleep', '600');
    const bundle = bundleOf(containerd, `${token}-web`);
    const address = await readFile(path.join(bundle, 'address'), 'utf8');
    await rm(bundle, { recursive: true });
    const client = await connect(address.replace('unix://', ''));
    const task = client.service(TaskV2Definition);
    await task.kill({ id: `${token}-web`, signal: 9 });
    expect(await task.wait({ id: `${token}-web` })).toMatchObject({ exitStatus: 137 });
    await task.delete({ id: `${token}-web` });
    expect((await task.state({ id: `${token}-other` })).status).toBe('RUNNING');
    await client.close();
  });

  test('events that nobody took are told to who listens later, each once and in their order', async () => {
    const { id, base, task, create } = await drivenShim({
      ...{ program, env: (base) => ({ TTRPC_ADDRESS: path.join(base, 'events.sock') }) },
    });
    await create();
    await task.start({ id });
    await task.kill({ id, signal: 9 });
    await task.wait({ id });
    await task.delete({ id });
    await delay(AWAY_MS);
    const topics: string[] = [];
    const server = new TtrpcServer().handle(EventsDefinition, {
      forward: ({ envelope }) => {
        topics.push(envelope?.topic ?? '');
        return {};
      },
    });
    await server.listen(path.join(base, 'events.sock'));
    onTestFinished(() => server.close());
    const all = ['/tasks/create', '/tasks/start', '/tasks/exit', '/tasks/delete'];
    await expect.poll(() => topics, { timeout: 15_000 }).toEqual(all);
  });

  test('a container whose process ends between create and start is told to have ended', async () => {
    const { id, task, create } = await drivenShim({ program });
    const { pid } = await create();
    const waiting = task.wait({ id });
    process.kill(pid, 'SIGKILL');
    expect(await waiting).toMatchObject({ exitStatus: 137 });
    await expect(task.start({ id })).rejects.toThrow('cannot start a stopped process');
    expect(await task.state({ id })).toMatchObject({ status: 'STOPPED', exitStatus: 137 });
    expect(await task.delete({ id })).toMatchObject({ pid, exitStatus: 137 });
  });

  test('a container whose process is killed while it is started has one end', async () => {
    const { id, task, create } = await drivenShim({ program });
    const { pid } = await create();
    const waiting = task.wait({ id });
    const starting = task.start({ id }).then(
      () => 'started',
      ({ status }) => status,
    );
    process.kill(pid, 'SIGKILL');
    expect(await waiting).toMatchObject({ exitStatus: 137 });
    expect(await starting).toMatch(/^(started|UNKNOWN|FAILED_PRECONDITION)$/);
    expect(await task.delete({ id })).toMatchObject({ pid, exitStatus: 137 });
  });

  test('twenty containers at once have twenty ends', async () => {
    const { run, ctr } = await containerdV2({ program });
    const lives = Array.from({ length: 20 }, (_, index) =>
      run(['--rm'], `many${index}`, '/bin/sh', '-c', `exit ${index}`),
    );
    const ends = await Promise.all(lives);
    expect(ends.map(({ exitCode }) => exitCode)).toEqual(ends.map((_, index) => index));
    expect((await ctr('task', 'ls', '-q')).stdout).toBe('');
  });
});

function bundleOf({ state }: ContainerdV2, id: string): string {
  return path.join(state, 'io.containerd.runtime.v2.task/default', id);
}

async function pidOf({ ctr }: ContainerdV2, id: string): Promise<number> {
  const { stdout } = await ctr('task', 'ls');
  return Number(new RegExp(`${id} +(\\d+)`).exec(stdout)?.[1]);
}
