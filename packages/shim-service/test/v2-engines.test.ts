import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { DOWNLOAD_MS, type SuiteEngines, suiteEngines } from '../../../tools/testing/suite-engines.ts';
import { containerdV2 } from './fixtures/containerd-v2.ts';
import { groupsOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

describe.each([
  { version: '1.7', suite: 'trixie', form: 'plain', answer: 'address' },
  { version: '2.1', suite: 'forky', form: 'json', answer: 'bootstrap.json' },
] as const)('containerd $version runs containers by our shim of task v2', ({ suite, form, answer }) => {
  needs('linux', 'root', 'command containerd', 'command ctr', 'command runc', 'command busybox');

  let program: V2Program;
  let engines: SuiteEngines;
  beforeAll(async () => {
    program = await v2Program();
    engines = suiteEngines(suite);
  }, DOWNLOAD_MS);
  afterAll(() => program.remove());

  test('that are exec’d into, measured, live on while it is ended, and end', async (context) => {
    const { found } = engines;
    if ('reason' in found) return context.skip(found.reason);
    const { run, ctr, restart, token, state } = await containerdV2({ program, bin: found.bin });
    const id = `${token}-web`;
    expect(await run(['--rm'], 'one', '/bin/sh', '-c', 'echo said; exit 7')).toMatchObject({
      stdout: 'said',
      exitCode: 7,
    });
    await run(['-d'], 'web', '/bin/sleep', '600');
    const bundle = path.join(state, 'io.containerd.runtime.v2.task/default', id);
    const address = await readFile(path.join(bundle, answer), 'utf8');
    expect(address.startsWith('{') ? 'json' : 'plain').toBe(form);
    expect(await ctr('task', 'exec', '--exec-id', 'x', id, '/bin/sh', '-c', 'exit 3')).toMatchObject({
      exitCode: 3,
    });
    expect((await ctr('task', 'metrics', id)).stdout).toContain('memory.usage_in_bytes');
    await restart();
    expect((await ctr('task', 'ls')).stdout).toMatch(new RegExp(`${id} +\\d+ +RUNNING`));
    const killed = groupsOf(token)[0]?.server ?? expect.fail();
    process.kill(killed, 'SIGKILL');
    await ctr('task', 'kill', '-s', 'SIGKILL', id);
    await expect.poll(async () => (await ctr('task', 'ls')).stdout, { timeout: 5_000 }).toContain('STOPPED');
  });

  test('that a daemon of 1.6 at the same address has made, beside new ones', async (context) => {
    const { found } = engines;
    if ('reason' in found) return context.skip(found.reason);
    const { run, ctr, stop, boot, token } = await containerdV2({ program });
    await run(['-d'], 'old', '/bin/sleep', '600');
    await stop();
    await boot(found.bin);
    expect((await ctr('task', 'ls')).stdout).toMatch(new RegExp(`${token}-old +\\d+ +RUNNING`));
    await run(['-d'], 'new', '/bin/sleep', '600');
    expect(groupsOf(token)).toHaveLength(1);
    for (const name of ['old', 'new']) {
      const exec = ['task', 'exec', '--exec-id', 'x', `${token}-${name}`, '/bin/sh', '-c', 'exit 3'];
      expect(await ctr(...exec)).toMatchObject({ exitCode: 3 });
    }
    await stop();
    await boot();
    expect((await ctr('task', 'ls')).stdout).toMatch(new RegExp(`${token}-old +\\d+ +RUNNING`));
  });
});
