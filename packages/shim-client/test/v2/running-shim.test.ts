import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { taskTopics } from '@shimwright/shim-api';
import { TaskV2Definition } from '@shimwright/shim-api/task-v2';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { withoutProcesses } from '../../../../tools/testing/pids-limit.ts';
import { identify } from '../../../shim-host/src/index.ts';
import { readSpool, watchSpool } from '../../src/index.ts';
import { deleteTask, newTaskClient, withTaskConnect, withTaskStart } from '../../src/v2.ts';
import {
  end,
  forwardersOf,
  hostRoot,
  madeIn,
  startedShim,
  type TaskBundle,
  taskBundle,
} from './fixtures/task-bundle.ts';

describe('a shim of runtime v2', () => {
  needs('linux', 'root', 'command runc', 'command containerd-shim-runc-v2');

  test('tells what happens while no manager is there, which the next one hears', async () => {
    const box = await taskBundle({ args: ['/bin/sleep', '0.5'] });
    await leftBehind(box);

    const topics: string[] = [];
    const listening = AbortSignal.timeout(30_000);
    for await (const { topic } of watchSpool(box.daemonAddress, { signal: listening })) {
      topics.push(topic);
      if (topic === taskTopics.exit) break;
    }
    expect(topics).toEqual([taskTopics.create, taskTopics.start, taskTopics.exit]);

    await using shim = await newTaskClient(box.config, withTaskConnect());
    expect(await shim.wait({})).toMatchObject({ exitStatus: 0 });
    await end(shim);
    await box.bundle.delete();
  });

  test('is heard although what takes its events was killed', async () => {
    const box = await taskBundle();
    const shim = await startedShim(box);
    await shim.create({ rootfs: hostRoot });
    await shim.start({});
    await expect.poll(() => topicsOf(box), POLL).toContain(taskTopics.start);
    const [first = 0] = forwardersOf(box);
    process.kill(first, 'SIGKILL');
    await expect.poll(() => forwardersOf(box).filter((pid) => pid !== first).length, POLL).toBe(1);
    await shim.kill({ signal: 9 });
    await shim.wait({});
    await expect.poll(() => topicsOf(box), POLL).toContain(taskTopics.exit);
  });

  test('is heard once there is space for what it has told meanwhile', async () => {
    const box = await taskBundle();
    const spool = `${box.daemonAddress}.events`;
    mkdirSync(spool, { recursive: true, mode: 0o700 });
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', spool]);
    onTestFinished(() => execa('umount', ['--lazy', spool]).then(() => {}));
    const shim = await startedShim(box);
    await shim.create({ rootfs: hostRoot });
    await expect.poll(() => topicsOf(box), POLL).toEqual([taskTopics.create]);
    const filler = path.join(spool, 'filler');
    const { bavail, bsize } = statfsSync(spool);
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
    await shim.start({});
    await shim.kill({ signal: 9 });
    await shim.wait({});
    expect(await topicsOf(box)).toEqual([taskTopics.create]);
    rmSync(filler);
    await expect
      .poll(() => topicsOf(box), POLL)
      .toEqual([taskTopics.create, taskTopics.start, taskTopics.exit]);
  });

  test('is heard once what takes its events can be started again', async () => {
    const box = await taskBundle();
    const order = JSON.stringify({ config: box.config, start: box.start });
    const fixture = path.join(import.meta.dirname, 'fixtures/start-and-stay.ts');
    const manager = execa(process.execPath, ['--conditions=@shimwright/source', fixture, order], {
      env: { SHIMWRIGHT_LINGER_MS: '0' },
    });
    const ended = manager.catch(() => {});
    onTestFinished(async () => {
      manager.kill();
      await ended;
    });
    await once(manager.stdout, 'data');
    const [first = 0] = forwardersOf(box);
    const limit = withoutProcesses(`${box.token}-pids`, manager.pid ?? expect.fail());
    process.kill(first, 'SIGKILL');
    await expect.poll(() => limit.refusals, POLL).toBeGreaterThan(0);
    expect(forwardersOf(box)).toEqual([]);
    limit.lift();
    await expect.poll(() => forwardersOf(box).length, POLL).toBe(1);
    manager.stdin.end();
    await ended;
  });

  test('leaves its log in the work directory, whoever reads it', async () => {
    const box = await taskBundle();
    const shim = await startedShim(box, { debug: true });
    await shim.create({ rootfs: hostRoot });
    const log = path.join(box.config.workDir, 'shim.log');
    await expect.poll(() => existsSync(log) && readFileSync(log, 'utf8'), POLL).toContain('level=debug');
  });

  test('is moved into a cgroup', async () => {
    const box = await taskBundle();
    const name = `/${box.token}-shim`;
    const hierarchy = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
    mkdirSync(hierarchy + name);
    onTestFinished(() => rmdirSync(hierarchy + name));
    const shim = await startedShim(box, { cgroup: name });
    const { shimPid } = await shim.connect({});
    expect(readFileSync(`/proc/${shimPid}/cgroup`, 'utf8')).toContain(name);
    await shim.stopShim();
  });

  test('ends every call when it is killed, and its container is cleaned by its program', async () => {
    const box = await taskBundle();
    const exits: string[] = [];
    const shim = await startedShim(box, { onExit: () => exits.push('exit') });
    const { pid } = await shim.create({ rootfs: hostRoot });
    await shim.start({});
    const { shimPid } = await shim.connect({});
    process.kill(shimPid, 'SIGSTOP');
    const calls = Object.keys(TaskV2Definition.methods) as (keyof typeof TaskV2Definition.methods)[];
    const pending = calls.map((call) => shim[call]({}));
    const outcomes = Promise.allSettled(pending);
    await shim.killShim();
    expect(await outcomes).toEqual(
      calls.map(() => ({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'ERR_TTRPC_CLOSED' }),
      })),
    );
    expect(await shim.isAlive()).toBe(false);
    expect(exits).toEqual(['exit']);
    expect(identify(pid)).toBeDefined();

    expect(await shim.deleteShim()).toMatchObject({ pid, exitStatus: 137 });
    expect(identify(pid)).toBeUndefined();
    expect(readdirSync(path.join(box.config.path, 'rootfs'))).toEqual([]);
    await box.bundle.delete();
    expect(readdirSync(box.state)).toEqual([]);
  });

  test('which is dead is cleaned by who finds the bundle', async () => {
    const box = await taskBundle();
    const { shimPid, pid } = await leftBehind(box);
    process.kill(shimPid, 'SIGKILL');
    // Its sockets are open until its last thread has ended.
    await expect.poll(() => threadsOf(shimPid), POLL).toBeLessThan(2);
    await expect(newTaskClient(box.config, withTaskConnect())).rejects.toMatchObject({
      code: 'ERR_SHIM_UNREACHABLE',
    });
    expect(await deleteTask(box.config)).toMatchObject({ pid, exitStatus: 137 });
    await box.bundle.delete();
  });

  test('stays, when it is asked to end, while it has a container', async () => {
    const box = await taskBundle();
    const shim = await startedShim(box);
    await shim.create({ rootfs: hostRoot });
    await shim.stopShim();
    expect(await shim.isAlive()).toBe(true);
  });

  test('may have the containers of several bundles, each with a client of its own', async () => {
    const annotations = { 'io.containerd.runc.v2.group': 'pod' };
    const box = await taskBundle({ annotations });
    const other = await taskBundle({ annotations, name: 'two', box });
    const [one, two] = [await startedShim(box), await startedShim(other)];
    const { shimPid } = await one.connect({});
    expect(await two.connect({})).toMatchObject({ shimPid });
    await one.create({ rootfs: hostRoot });
    const { pid } = await two.create({ rootfs: hostRoot });
    expect(await two.state({})).toMatchObject({ id: other.config.id, pid });
    await one.kill({ signal: 9 });
    await one.wait({});
    await one.delete({});
    await one.stopShim();
    await box.bundle.delete();
    await using again = await newTaskClient(other.config, withTaskConnect());
    expect(await again.isAlive()).toBe(true);
    await expect(two.killShim()).rejects.toMatchObject({ code: 'ERR_SHIM_PROCESS' });
    await two.kill({ signal: 9 });
    await two.wait({});
    await two.delete({});
    await two.stopShim();
    await expect.poll(() => identify(shimPid), POLL).toBeUndefined();
  });

  test('that lives is not started a second time', async () => {
    const box = await taskBundle();
    const shim = await startedShim(box);
    await expect(newTaskClient(box.config, withTaskStart(box.start))).rejects.toMatchObject({
      code: 'ERR_SHIM_ADDRESS_IN_USE',
    });
    expect(await shim.isAlive()).toBe(true);
  });

  test('is started once by all who start it at once', async () => {
    const box = await taskBundle();
    const starts = [1, 2, 3].map(() => newTaskClient(box.config, withTaskStart(box.start)));
    const outcomes = await Promise.allSettled(starts);
    const clients = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    onTestFinished(() => box.bundle.delete());
    for (const client of clients) onTestFinished(() => end(client));
    expect(clients.length).toBe(1);
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason.code] : [],
    );
    expect(failures).toEqual(['ERR_SHIM_ADDRESS_IN_USE', 'ERR_SHIM_ADDRESS_IN_USE']);
    expect(await clients[0]?.isAlive()).toBe(true);
  });

  test.each([0, 5, 20, 60])('whose start is aborted after %i ms leaves nothing', async (delayMs) => {
    const box = await taskBundle();
    const signal = AbortSignal.timeout(delayMs);
    const [outcome] = await Promise.allSettled([
      newTaskClient(box.config, withTaskStart(box.start), { signal }),
    ]);
    if (outcome.status === 'fulfilled') {
      await end(outcome.value); // it was faster
    } else {
      expect(outcome.reason).toMatchObject({ name: 'TimeoutError' });
      expect(madeIn(box.config)).toEqual([]);
    }
    await box.bundle.delete();
  });
});

const POLL = { timeout: 20_000 };

/** Has another process start a container, and kills that process. */
async function leftBehind({ config, start }: TaskBundle): Promise<{ shimPid: number; pid: number }> {
  const starter = path.join(import.meta.dirname, 'fixtures/start.ts');
  const args = ['--conditions=@shimwright/source', starter, JSON.stringify({ config, start })];
  const manager = execa(process.execPath, args, { reject: false, stderr: 'inherit' });
  const [pid] = await once(manager.stdout, 'data');
  manager.kill('SIGKILL');
  await manager;
  return { pid: Number(pid), shimPid: Number(readFileSync(path.join(config.path, 'shim.pid'), 'utf8')) };
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

async function topicsOf({ daemonAddress }: TaskBundle): Promise<readonly string[]> {
  return (await readSpool(daemonAddress)).map(({ topic }) => topic);
}
