import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import {
  DOWNLOAD_MS,
  type Suite,
  type SuiteEngines,
  suiteEngines,
} from '../../../tools/testing/suite-engines.ts';
import { dockerd } from './fixtures/dockerd.ts';
import { IMAGE } from './fixtures/image-by-hand.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

const RUNTIME = 'io.containerd.shimwright.v2';

describe.each([
  { title: 'Docker 20.10, as its own shim', suite: 'bookworm', runtime: 'runc' },
  { title: 'Docker 28, by its name', suite: 'forky', runtime: RUNTIME },
] as const)('by our shim of task v2: $title', ({ suite, runtime }: { suite: Suite; runtime: string }) => {
  needs('linux', 'root', 'command runc', 'command busybox', 'command tar');

  let program: V2Program;
  let engines: SuiteEngines;
  beforeAll(async () => {
    program = await v2Program();
    engines = suiteEngines(suite);
  }, DOWNLOAD_MS);
  afterAll(() => program.remove());

  test('runs, execs, logs, measures, pauses and restarts containers, which live on while it is away', async (context) => {
    const { found } = engines;
    if ('reason' in found) return context.skip(found.reason);
    const { docker, start, restart } = await dockerd({ program, bin: found.bin });
    const run = (...args: readonly string[]) =>
      docker('run', '--network', 'none', '--runtime', runtime, ...args);

    expect(await run('--rm', IMAGE, '/bin/sh', '-c', 'echo hello; exit 3')).toMatchObject({
      stdout: 'hello',
      exitCode: 3,
    });
    await run('-d', '--name', 'web', IMAGE, '/bin/sh', '-c', 'while :; do echo tick; sleep 1; done');
    expect(await docker('exec', 'web', '/bin/echo', 'inside')).toMatchObject({ stdout: 'inside' });
    const logs = start('logs', '-f', 'web');
    const [said] = (await once(logs.stdout ?? logs, 'data')) as [Buffer];
    expect(said.toString()).toContain('tick');
    logs.kill();
    const stats = await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', 'web');
    expect(stats.stdout).toMatch(/^[1-9][\d.]*[KM]iB/);
    await docker('pause', 'web');
    expect((await docker('inspect', '-f', '{{.State.Status}}', 'web')).stdout).toBe('paused');
    await docker('unpause', 'web');

    const pidOf = async (name: string) => (await docker('inspect', '-f', '{{.State.Pid}}', name)).stdout;
    const pid = await pidOf('web');
    await restart();
    expect(await pidOf('web')).toBe(pid);
    expect(await docker('exec', 'web', '/bin/echo', 'still')).toMatchObject({ stdout: 'still' });
    await docker('kill', 'web');
    expect(await docker('wait', 'web')).toMatchObject({ stdout: '137' });

    await run('-d', '--name', 'again', '--restart', 'on-failure:1', IMAGE, '/bin/sh', '-c', 'exit 5');
    await expect
      .poll(async () => (await docker('inspect', '-f', '{{.RestartCount}}', 'again')).stdout, {
        timeout: 10_000,
      })
      .toBe('1');
  });
});
