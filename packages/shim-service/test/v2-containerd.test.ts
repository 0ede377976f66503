import { once } from 'node:events';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { type ContainerdV2, containerdV2 } from './fixtures/containerd-v2.ts';
import { groupsOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

describe('stock containerd runs containers by our shim of task v2', () => {
  needs('linux', 'root', 'command containerd', 'command ctr', 'command runc', 'command busybox');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  test('to their end, with their output and their status', async () => {
    const { run, ctr } = await containerdV2({ program });
    expect(await run(['--rm'], 'one', '/bin/echo', 'hello')).toMatchObject({ stdout: 'hello', exitCode: 0 });
    expect(await run(['--rm'], 'two', '/bin/sh', '-c', 'echo bad >&2; exit 7')).toMatchObject({
      stderr: expect.stringContaining('bad'),
      exitCode: 7,
    });
    expect((await ctr('task', 'ls', '-q')).stdout).toBe('');
  });

  test('with a terminal', async () => {
    const { run, address, token } = await containerdV2({ program });
    const id = `${token}-web`;
    await run(['-d'], 'web', '/bin/sleep', '600');
    const command = ['task', 'exec', '-t', '--exec-id', 'tty', id, '/bin/sh', '-c', '/bin/tty; exit 5'];
    // ctr wants a terminal too, which script(1) gives it.
    const line = ['ctr', '--address', address, ...command].map((word) => `'${word}'`).join(' ');
    const { stdout, exitCode } = await execa('script', ['-qec', line, '/dev/null'], {
      reject: false,
      timeout: 20_000,
    });
    expect(stdout).toMatch(/\/dev\/pts\/\d+/);
    expect(exitCode).toBe(5);
  });

  test('that are exec’d into, listed, paused, resumed, measured and killed', async () => {
    const { run, ctr, token } = await containerdV2({ program });
    const id = `${token}-web`;
    expect(await run(['-d'], 'web', '/bin/sleep', '600')).toMatchObject({ exitCode: 0 });
    expect(
      await ctr('task', 'exec', '--exec-id', 'extra', id, '/bin/sh', '-c', 'echo inside; exit 3'),
    ).toMatchObject({ stdout: 'inside', exitCode: 3 });
    expect((await ctr('task', 'ps', id)).stdout).toMatch(/\n\d+ +-/);
    expect((await ctr('task', 'metrics', id)).stdout).toMatch(/memory\.usage_in_bytes +[1-9]/);
    await ctr('task', 'pause', id);
    expect((await ctr('task', 'ls')).stdout).toContain('PAUSED');
    await ctr('task', 'resume', id);
    expect((await ctr('task', 'ls')).stdout).toContain('RUNNING');
    await ctr('task', 'kill', '-s', 'SIGKILL', id);
    await expect.poll(async () => (await ctr('task', 'ls')).stdout).toContain('STOPPED');
    expect((await ctr('task', 'delete', id)).stderr).toContain('exit code 137');
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('that go on while it is ended by %s', async (signal) => {
    const { run, ctr, restart, token } = await containerdV2({ program });
    const id = `${token}-web`;
    await run(['-d'], 'web', '/bin/sh', '-c', 'while :; do sleep 1; done');
    await restart(signal);
    expect((await ctr('task', 'ls')).stdout).toMatch(new RegExp(`${id} +\\d+ +RUNNING`));
    expect((await ctr('task', 'exec', '--exec-id', 'x', id, '/bin/echo', 'still')).stdout).toBe('still');
    await ctr('task', 'kill', '-s', 'SIGKILL', id);
    await expect.poll(async () => (await ctr('task', 'ls')).stdout).toContain('STOPPED');
  });

  test('and one process serves all of a namespace', async () => {
    const { run, token, ctr } = await containerdV2({ program });
    for (const name of ['one', 'two', 'three']) await run(['-d'], name, '/bin/sleep', '600');
    expect(groupsOf(token)).toHaveLength(1);
    for (const name of ['one', 'two', 'three']) await ctr('task', 'rm', '-f', `${token}-${name}`);
    await expect.poll(() => groupsOf(token), { timeout: 5_000 }).toEqual([]);
  });

  test('or one each, where the environment says so', async () => {
    const containerd = await containerdV2({ program, env: { SHIMWRIGHT_GROUP: 'container' } });
    for (const name of ['one', 'two']) await containerd.run(['-d'], name, '/bin/sleep', '600');
    expect(groupsOf(containerd.token)).toHaveLength(2);
  });

  test('or one for each pod, as annotations of the stock shim tell it', async () => {
    const { run, token } = await containerdV2({ program, env: { SHIMWRIGHT_GROUP: 'pod' } });
    const pod = (name: string) => ['-d', '--annotation', `io.containerd.runc.v2.group=${token}-${name}`];
    await run(pod('a'), 'one', '/bin/sleep', '600');
    await run(pod('a'), 'two', '/bin/sleep', '600');
    await run(pod('b'), 'three', '/bin/sleep', '600');
    expect(groupsOf(token)).toHaveLength(2);
  });

  test('and its subscribers get all events, in the order of the stock shim', async () => {
    const containerd = await containerdV2({ program });
    const seen = await eventsOf(containerd);
    const { token } = containerd;
    await expect
      .poll(() => seen(`${token}-web`), { timeout: 5_000 })
      .toEqual([
        '/tasks/create',
        '/tasks/start',
        '/tasks/exec-added x',
        '/tasks/exec-started x',
        '/tasks/exit x',
        '/tasks/paused',
        '/tasks/resumed',
        `/tasks/exit ${token}-web`,
        '/tasks/delete',
      ]);
  });
});

/** Lives the life of a container, and gives the topics of its events, with the process where it is not clear. */
async function eventsOf({ start, run, ctr, token }: ContainerdV2): Promise<(id: string) => string[]> {
  const events = start('events');
  let seen = '';
  events.stdout?.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
  });
  await once(events, 'spawn');
  // It does not say when it listens, so containers are made until one is seen.
  for (let tries = 0; !seen.includes('/tasks/delete'); tries += 1) {
    await run(['--rm'], `before${tries}`, '/bin/echo', 'hello');
  }
  const id = `${token}-web`;
  await run(['-d'], 'web', '/bin/sleep', '600');
  await ctr('task', 'exec', '--exec-id', 'x', id, '/bin/echo', 'inside');
  await ctr('task', 'pause', id);
  await ctr('task', 'resume', id);
  await ctr('task', 'rm', '-f', id);
  return (of) =>
    seen
      .split('\n')
      .filter((line) => line.includes(`"container_id":"${of}"`))
      .flatMap((line) => {
        const [, topic, json = '{}'] = / default (\/tasks\/\S+) (.*)$/.exec(line) ?? [];
        if (topic === undefined) return [];
        const { id: process = '', exec_id: execId = '' } = JSON.parse(json) as Record<string, string>;
        return [`${topic} ${process || execId}`.trimEnd()];
      });
}
