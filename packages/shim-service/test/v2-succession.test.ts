import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { processStat } from '../../linux-native/src/index.ts';
import { type ContainerdV2, containerdV2 } from './fixtures/containerd-v2.ts';
import { eventsOf, groupsOf, servingGroupOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

describe('a process that serves containers by task v2, when it is killed,', () => {
  needs('linux', 'root', 'command containerd', 'command ctr', 'command runc', 'command busybox');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  test('is succeeded by another one, and no daemon notices', async () => {
    const containerd = await containerdV2({ program });
    const { run, ctr, token } = containerd;
    await run(['-d'], 'web', '/bin/sh', '-c', 'while :; do sleep 1; done');
    // ctr waits for its end by a call of the daemon, which waits by one of the shim.
    const attached = run(['--rm'], 'attached', '/bin/sh', '-c', 'sleep 1; echo said; exit 7');
    await expect.poll(async () => (await ctr('task', 'ls')).stdout).toMatch(/attached +\d+ +RUNNING/);
    const killed = await kill(containerd);
    expect(await attached).toMatchObject({ exitCode: 7, stdout: 'said' });
    await expect.poll(() => groupsOf(token)[0]?.server).not.toBe(killed);
    const web = `${token}-web`;
    expect((await ctr('task', 'ls')).stdout).toMatch(new RegExp(`${web} +\\d+ +RUNNING`));
    expect(await ctr('task', 'exec', '--exec-id', 'x', web, '/bin/sh', '-c', 'exit 4')).toMatchObject({
      exitCode: 4,
    });
    expect((await ctr('task', 'metrics', web)).stdout).toContain('memory.usage_in_bytes');
  });

  test('leaves its terminals to the next one', async () => {
    const containerd = await containerdV2({ program });
    const { run, ctr, token, address } = containerd;
    const id = `${token}-web`;
    await run(['-d'], 'web', '/bin/sleep', '600');
    const script = '/bin/tty; sleep 1; echo after; exit 5';
    const command = ['task', 'exec', '-t', '--exec-id', 'tty', id, '/bin/sh', '-c', script];
    // ctr wants a terminal too, which script(1) gives it.
    const line = ['ctr', '--address', address, ...command].map((word) => `'${word}'`).join(' ');
    const ended = execa('script', ['-qec', line, '/dev/null'], { reject: false, timeout: 20_000 });
    await expect.poll(async () => (await ctr('task', 'ps', id)).stdout).toContain('tty');
    await kill(containerd);
    const { stdout, exitCode } = await ended;
    expect(stdout).toMatch(/\/dev\/pts\/\d+[\s\S]*after/);
    expect(exitCode).toBe(5);
  });

  test('loses no call, whenever that is', async () => {
    const containerd = await containerdV2({ program });
    const { run } = containerd;
    await run(['-d'], 'web', '/bin/sleep', '600');
    for (let tries = 0; tries < 4; tries += 1) {
      const life = run(['--rm'], `life${tries}`, '/bin/sh', '-c', 'sleep 0.2; exit 9');
      await delay(110 * tries);
      await kill(containerd);
      expect(await life).toMatchObject({ exitCode: 9 });
    }
  });

  test('has a container end whose further process ended meanwhile, since that is reaped', async () => {
    const containerd = await containerdV2({ program });
    const { run, ctr, token } = containerd;
    await run(['-d'], 'web', '/bin/sleep', '600');
    const web = `${token}-web`;
    const exec = ctr('task', 'exec', '--exec-id', 'x', web, '/bin/sh', '-c', 'sleep 1; exit 4');
    await expect.poll(async () => (await ctr('task', 'ps', web)).stdout).toContain('x');
    await kill(containerd);
    expect(await exec).toMatchObject({ exitCode: 4 });
    const { recorded } = groupsOf(token)[0] ?? expect.fail();
    await expect.poll(() => zombiesOf(recorded)).toEqual([]);
    // The first process of a pid namespace waits for all others to be reaped.
    await ctr('task', 'kill', '-s', 'SIGKILL', web);
    await expect.poll(async () => (await ctr('task', 'ls')).stdout).toMatch(/web +\d+ +STOPPED/);
    expect((await ctr('task', 'rm', web)).exitCode).toBe(0);
  });

  test('has told all events, each once', async () => {
    const containerd = await containerdV2({ program });
    const { run, start, ctr, token } = containerd;
    const events = start('events');
    let seen = '';
    events.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    await once(events, 'spawn');
    for (let tries = 0; !seen.includes('/tasks/delete'); tries += 1) {
      await run(['--rm'], `before${tries}`, '/bin/echo', 'hello');
    }
    await run(['-d'], 'web', '/bin/sleep', '600');
    await expect.poll(() => eventsOf(token), { timeout: 10_000 }).toEqual([]); // one that is just being taken is told again
    await kill(containerd);
    await ctr('task', 'kill', '-s', 'SIGKILL', `${token}-web`);
    await ctr('task', 'rm', '-f', `${token}-web`);
    const topics = () => seen.split('\n').flatMap((line) => / (\/tasks\/\S+) .*-web"/.exec(line)?.[1] ?? []);
    await expect
      .poll(topics, { timeout: 5_000 })
      .toEqual(['/tasks/create', '/tasks/start', '/tasks/exit', '/tasks/delete']);
  });

  test('or its keeper is, goes on by itself, and is found', async () => {
    const { run, ctr, token } = await containerdV2({ program });
    await run(['-d'], 'web', '/bin/sleep', '600');
    const before = groupsOf(token)[0] ?? expect.fail();
    process.kill(before.recorded, 'SIGKILL');
    await expect.poll(() => groupsOf(token)[0]?.recorded).toBe(before.server);
    expect(await run(['--rm'], 'next', '/bin/sh', '-c', 'exit 6')).toMatchObject({ exitCode: 6 });
    expect(groupsOf(token)).toHaveLength(1);
    expect((await ctr('task', 'ls')).stdout).toMatch(/web +\d+ +RUNNING/);
  });

  test('together with its keeper, leaves the daemon to clean up, and nothing stays', async () => {
    const { run, ctr, token } = await containerdV2({ program });
    await run(['-d'], 'web', '/bin/sleep', '600');
    const { recorded, server } = await servingGroupOf(token);
    process.kill(recorded, 'SIGKILL');
    process.kill(server, 'SIGKILL');
    // containerd runs `delete`, and takes the container for one that was killed.
    await expect.poll(async () => (await ctr('task', 'ls', '-q')).stdout, { timeout: 10_000 }).toBe('');
    expect(await run(['--rm'], 'next', '/bin/sh', '-c', 'exit 6')).toMatchObject({ exitCode: 6 });
  });
});

/** The children of a process that have ended and were not reaped. */
function zombiesOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean);
  return children.map(Number).filter((child) => processStat(child)?.state === 'Z');
}

/** Kills the process that serves, once there is one. @returns which that was. */
async function kill({ token }: ContainerdV2): Promise<number> {
  await expect.poll(() => groupsOf(token)[0]?.server, { timeout: 5_000 }).toBeTruthy();
  const server = groupsOf(token)[0]?.server ?? expect.fail();
  process.kill(server, 'SIGKILL');
  return server;
}
