import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { withoutProcesses } from '../../../tools/testing/pids-limit.ts';
import { drivenShim } from './fixtures/v2-driven.ts';
import { servingGroupOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

describe('where a resource runs out, the shim of task v2', () => {
  needs('linux', 'root', 'command runc');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  test('that is killed while no process can be started serves on once one can be', async () => {
    const { id, token, task, create } = await drivenShim({ program });
    const { pid } = await create();
    await task.start({ id });
    const { recorded, server } = await servingGroupOf(token);
    const limit = withoutProcesses(`${token}-pids`, recorded);
    process.kill(server, 'SIGKILL');
    await expect.poll(() => limit.refusals, { timeout: 10_000 }).toBeGreaterThan(1);
    limit.lift();
    expect(await task.state({ id })).toMatchObject({ status: 'RUNNING', pid });
    expect((await servingGroupOf(token)).recorded).toBe(recorded);
    await task.kill({ id, signal: 9 });
    expect(await task.wait({ id })).toMatchObject({ exitStatus: 137 });
    await task.delete({ id });
  });
});
