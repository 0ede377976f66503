import { once } from 'node:events';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { privateContainerd } from './fixtures/containerd.ts';

describe('stock containerd runs containers by our shim', () => {
  needs('linux', 'root', 'command containerd', 'command ctr', 'command runc', 'command busybox');

  test('to their end, with their output and their status', async () => {
    const { run, ctr } = await privateContainerd();
    expect(await run(['--rm'], 'one', '/bin/echo', 'hello')).toMatchObject({ stdout: 'hello', exitCode: 0 });
    expect(await run(['--rm'], 'two', '/bin/sh', '-c', 'echo bad >&2; exit 7')).toMatchObject({
      stderr: expect.stringContaining('bad'),
      exitCode: 7,
    });
    expect((await ctr('task', 'ls', '-q')).stdout).toBe('');
  });

  test('with a terminal', async () => {
    const { base, token } = await privateContainerd();
    const options = ['--rm', '-t', '--runtime', 'io.containerd.runtime.v1.linux', '--rootfs'];
    const command = [
      'run',
      ...options,
      `${base}/rootfs`,
      `${token}-tty`,
      '/bin/sh',
      '-c',
      '/bin/tty; /bin/stty size',
    ];
    // ctr wants a terminal too, which script(1) gives it.
    const line = ['ctr', '--address', `${base}/c.sock`, ...command].map((word) => `'${word}'`).join(' ');
    const { stdout } = await execa('script', ['-qec', line, '/dev/null'], { reject: false, timeout: 20_000 });
    expect(stdout).toMatch(/\/dev\/pts\/\d+/);
  });

  test('that are exec’d into, listed, paused, resumed, measured and killed', async () => {
    const { run, ctr, token } = await privateContainerd();
    const id = `${token}-web`;
    expect(await run(['-d'], 'web', '/bin/sleep', '600')).toMatchObject({ exitCode: 0 });
    expect(
      await ctr('task', 'exec', '--exec-id', 'extra', id, '/bin/sh', '-c', 'echo inside; exit 3'),
    ).toMatchObject({
      stdout: 'inside',
      exitCode: 3,
    });
    expect((await ctr('task', 'ps', id)).stdout).toContain(`ExecID:${id}`);
    await ctr('task', 'pause', id);
    expect((await ctr('task', 'ls')).stdout).toContain('PAUSED');
    await ctr('task', 'resume', id);
    expect((await ctr('task', 'ls')).stdout).toContain('RUNNING');
    expect((await ctr('task', 'metrics', id)).stdout).toContain('memory');
    await ctr('task', 'kill', '-s', 'KILL', id);
    await expect.poll(async () => (await ctr('task', 'ls')).stdout).toContain('STOPPED');
    expect((await ctr('task', 'rm', id)).stderr).toContain('exit code 137');
  });

  test('that go on while containerd is restarted', async () => {
    const { run, ctr, restart, token } = await privateContainerd();
    const id = `${token}-web`;
    await run(['-d'], 'web', '/bin/sleep', '600');
    const before = (await ctr('task', 'ls')).stdout;
    await restart();
    expect((await ctr('task', 'ls')).stdout).toBe(before);
    expect(await ctr('task', 'exec', '--exec-id', 'extra', id, '/bin/echo', 'again')).toMatchObject({
      stdout: 'again',
    });
  });

  test('of which two that race for one bundle make one container', async () => {
    const one = await privateContainerd();
    const other = await privateContainerd(one.state);
    const sleep = ['/bin/sleep', '600'];
    for (let round = 0; round < 3; round += 1) {
      const id = `${one.token}-race${round}`;
      const both = [one, other];
      const runs = await Promise.all(both.map(({ run }) => run(['-d'], id, ...sleep)));
      const won = runs.findIndex(({ exitCode }) => exitCode === 0);
      const lost = runs.findIndex(({ exitCode }) => exitCode !== 0);
      expect({ won, lost, runs }).toMatchObject({ won: 1 - lost, lost: 1 - won });
      expect(runs[lost]?.stderr).toContain(`${id}: file exists`);
      const winner = both[won] ?? expect.fail();
      expect((await winner.ctr('task', 'exec', '--exec-id', 'x', id, '/bin/echo', 'whole')).stdout).toBe(
        'whole',
      );
      await winner.ctr('task', 'rm', '-f', id);
      expect((await winner.ctr('task', 'ls', '-q')).stdout).toBe('');
    }
  });

  test('and its subscribers get all events', async () => {
    const { run, start, token } = await privateContainerd();
    const events = start('events');
    let seen = '';
    events.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    await once(events, 'spawn');
    // It does not say when it listens, so containers are run until all events of one were seen.
    let tries = 0;
    const topicsOf = (id: string) =>
      seen
        .split('\n')
        .filter((line) => line.includes(`"${id}"`))
        .flatMap((line) => / default (\/tasks\/\S+)/.exec(line)?.[1] ?? []);
    await expect
      .poll(
        async () => {
          const name = `web${tries++}`;
          await run(['--rm'], name, '/bin/echo', 'hello');
          const arrived = () => topicsOf(`${token}-${name}`);
          await expect
            .poll(arrived, { timeout: 2_000 })
            .toContain('/tasks/exit')
            .catch(() => {});
          // The exit is published by a program of its own, so it has no fixed place among what containerd says itself.
          return arrived().toSorted();
        },
        { timeout: 20_000 },
      )
      .toEqual(['/tasks/create', '/tasks/delete', '/tasks/exit', '/tasks/start']);
    events.kill('SIGTERM');
    await once(events, 'close');
  });
});
