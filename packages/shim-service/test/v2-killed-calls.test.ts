import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { ociProcessType, packJson } from '../../shim-api/src/index.ts';
import { TaskV2Definition } from '../../shim-api/src/task-v2.ts';
import { connect } from '../../ttrpc/src/index.ts';
import { type ContainerdV2, containerdV2 } from './fixtures/containerd-v2.ts';
import { groupsOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

/** After how long a server is taken for well, and that it was killed is forgotten. */
const WELL_MS = 1_500;

describe('a call of task v2', () => {
  needs('linux', 'root', 'command containerd', 'command ctr', 'command runc', 'command busybox');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  test.each([20, 60])(
    'is answered although the server is killed %i ms after it, whichever it is',
    async (afterMs) => {
      const containerd = await containerdV2({ program });
      const { token } = containerd;
      const { id, bundle, client } = await besideOne(containerd);
      const task = client.service(TaskV2Definition);
      const server = () => groupsOf(token)[0]?.server;
      const whileKilled = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
        const killed = await vi.waitUntil(server, { timeout: 10_000 });
        const answer = call();
        answer.catch(() => {}); // it is awaited below
        await delay(afterMs);
        process.kill(killed, 'SIGKILL');
        await expect.poll(server, { timeout: 10_000 }).not.toBe(killed);
        await delay(WELL_MS); // else the keeper would wait ever longer before the next one
        return answer;
      };
      const { pid } = await whileKilled(() => task.create({ id, bundle }));
      expect(await whileKilled(() => task.start({ id }))).toEqual({ pid });
      const spec = packJson(ociProcessType, { args: ['/bin/sh', '-c', 'exit 7'], cwd: '/', user: {} });
      await whileKilled(() => task.exec({ id, execId: 'x', spec }));
      await whileKilled(() => task.start({ id, execId: 'x' }));
      expect(await whileKilled(() => task.wait({ id, execId: 'x' }))).toMatchObject({ exitStatus: 7 });
      await whileKilled(() => task.kill({ id, signal: 9 }));
      expect(await task.wait({ id })).toMatchObject({ exitStatus: 137 });
      expect(await whileKilled(() => task.delete({ id }))).toMatchObject({ pid, exitStatus: 137 });
      await client.close();
    },
  );

  test.each([20, 120, 350])(
    'whose daemon is killed after %i ms leaves nothing that the daemon does not know',
    async (afterMs) => {
      const containerd = await containerdV2({ program });
      const { run, ctr, stop, boot, token } = containerd;
      await run(['-d'], 'web', '/bin/sleep', '600');
      const life = `${token}-life`;
      const deeds = [
        () => run(['-d'], 'life', '/bin/sleep', '600'),
        () => ctr('task', 'exec', '--exec-id', 'x', life, '/bin/true'),
        () => ctr('task', 'kill', '-s', 'KILL', life),
        () => ctr('task', 'delete', life),
      ];
      for (const deed of deeds) {
        const done = deed();
        await delay(afterMs);
        await stop('SIGKILL');
        await done;
        await boot();
        expect((await ctr('task', 'ls')).stdout).toMatch(new RegExp(`${token}-web +\\d+ +RUNNING`));
      }
      await ctr('task', 'rm', '-f', life);
      expect((await ctr('task', 'ls', '-q')).stdout).toBe(`${token}-web`);
    },
  );
});

/** A bundle for a container beside one that runs, and a client of the process that serves it. */
async function besideOne({ run, state, base, token }: ContainerdV2) {
  await run(['-d'], 'web', '/bin/sleep', '600');
  const web = path.join(state, 'io.containerd.runtime.v2.task/default', `${token}-web`);
  const id = `${token}-other`;
  const bundle = path.join(base, 'other');
  mkdirSync(bundle);
  const spec = readFileSync(path.join(web, 'config.json'), 'utf8').replaceAll(`${token}-web`, id);
  writeFileSync(path.join(bundle, 'config.json'), spec);
  const client = await connect(readFileSync(path.join(web, 'address'), 'utf8').replace('unix://', ''));
  return { id, bundle, client };
}
