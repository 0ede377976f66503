import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { packAny, type TaskEvent } from '@shimwright/shim-api';
import { execa, execaNode } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { fakeRuntime, PLAIN_PROCESSES } from './fixtures/fake-runtime.ts';
import { created, processSpec, running, type TestShim, testShim } from './fixtures/shim.ts';

const SLEEP = ['/bin/sleep', '600'];
const fixture = (name: string) => path.join(import.meta.dirname, 'fixtures', name);
const descriptors = () => readdirSync('/proc/self/fd').length;

/** How often each process was told to have ended, and with which status. */
function exitsIn(events: readonly TaskEvent[]): Record<string, number[]> {
  const exits: Record<string, number[]> = {};
  for (const { type, message } of events) {
    if (type !== 'containerd.events.TaskExit') continue;
    exits[message.id] = [...(exits[message.id] ?? []), message.exitStatus];
  }
  return exits;
}

function childrenOf(pid: number | undefined): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

/** Runs `work` for each number below `count`, so many at once. */
async function each(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index).values();
  const lane = async () => {
    for (const index of numbers) await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

const withoutPidNamespace = ({ linux }: { readonly linux: { namespaces?: { type: string }[] } }) => {
  linux.namespaces = (linux.namespaces ?? []).filter(({ type }) => type !== 'pid');
};

describe('the end of a container', () => {
  needs('linux', 'root', 'command runc');

  test.each([true, false])('is that of all its processes; a pid namespace of its own: %s', async (isOwn) => {
    const one = await running('ours', SLEEP, isOwn ? {} : { spec: withoutPidNamespace });
    const further = ['a', 'b', 'c'];
    const pids = await Promise.all(further.map(async (id) => (await one.exec(id, SLEEP)).pid));
    // One that no call knows of, and that has left its parent.
    await one.exec('daemon', ['/bin/bash', '-c', 'setsid sleep 600 </dev/null >/dev/null 2>&1 & exit 0']);
    await one.shim.wait({ id: 'daemon' });
    const all = (await one.shim.listPids({ id: 'one' })).processes.map(({ pid }) => pid);
    expect(all).toHaveLength(5);

    await one.shim.kill({ id: 'one', signal: 9 });
    for (const id of ['one', ...further]) {
      expect(await one.shim.wait({ id })).toMatchObject({ exitStatus: 137 });
    }
    await expect.poll(() => [...all, ...pids].filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
    await expect
      .poll(() => exitsIn(one.events))
      .toEqual({ one: [137], a: [137], b: [137], c: [137], daemon: [0] });
    await one.shim.delete({});
    for (const id of further) expect(await one.shim.deleteProcess({ id })).toMatchObject({ exitStatus: 137 });
  });

  test('of one that was deleted before it was started is told once', async () => {
    const one = await created('ours', SLEEP);
    expect(await one.shim.delete({})).toMatchObject({ exitStatus: 137 });
    await expect.poll(() => exitsIn(one.events)).toEqual({ one: [137] });
  });
});

describe('a thousand quick exits', () => {
  needs('linux', 'root', 'command runc', 'command perl');

  const statusOf = (index: number) => index % 200;

  /** The exits of a host program's own children, by each way that Node has to start one. */
  async function hostExits(count: number): Promise<unknown[]> {
    const worker = new Worker(fixture('exits-in-worker.ts'), { workerData: count });
    const told = once(worker, 'message');
    const numbers = Array.from({ length: count }, (_, index) => index);
    const byNode = numbers.map(async (index) => {
      const [code] = await once(spawn('sh', ['-c', `exit ${index % 256}`]), 'exit');
      return code;
    });
    const byExeca = numbers.map(async (index) => {
      return (await execa('sh', ['-c', `exit ${index % 256}`], { reject: false })).exitCode;
    });
    return [await Promise.all(byNode), await Promise.all(byExeca), (await told)[0]];
  }

  async function quickExits(one: TestShim, count: number, atOnce: number): Promise<void> {
    await each(count, atOnce, async (index) => {
      const id = `exec-${index}`;
      await one.exec(id, ['/bin/sh', '-c', `exit ${statusOf(index)}`]);
      expect(await one.shim.wait({ id })).toMatchObject({ exitStatus: statusOf(index) });
      await one.shim.deleteProcess({ id });
    });
    const expected = Array.from({ length: count }, (_, index) => [`exec-${index}`, [statusOf(index)]]);
    await expect.poll(() => Object.keys(exitsIn(one.events)).length).toBe(count);
    expect(exitsIn(one.events)).toEqual(Object.fromEntries(expected));
  }

  test('are each told once, with its status, and so are those of the host program’s own children', async () => {
    const one = await testShim('ours', SLEEP);
    await one.create({ runtime: await fakeRuntime(one, PLAIN_PROCESSES) });
    const [host] = await Promise.all([hostExits(100), quickExits(one, 1_000, 16)]);
    const codes = Array.from({ length: 100 }, (_, index) => index);
    expect(host).toEqual([codes, codes, codes]);
  });

  test('hold for processes in a pid namespace', async () => {
    const one = await running('ours', SLEEP);
    const [host] = await Promise.all([hostExits(50), quickExits(one, 100, 4)]);
    const codes = Array.from({ length: 50 }, (_, index) => index);
    expect(host).toEqual([codes, codes, codes]);
  });

  test('leave no descriptor open', async () => {
    const one = await running('ours', SLEEP);
    await quickExits(one, 3, 3);
    const before = descriptors();
    const { events } = one;
    for (const id of ['x', 'y', 'z']) {
      const io = await one.io({ stdin: true });
      await one.exec(id, ['/bin/true'], io.paths);
      await one.shim.wait({ id });
      await one.shim.deleteProcess({ id });
      await io.close();
    }
    await expect.poll(() => Object.keys(exitsIn(events)).length).toBe(6);
    await expect.poll(descriptors).toBe(before);
  });
});

describe('an OCI runtime', () => {
  needs('linux', 'root', 'command runc');

  /** Says so in a file, and then waits for ever. */
  const HANG = 'touch $base/hangs; exec sleep 600;;';
  const hangs = ({ base }: TestShim) => existsSync(path.join(base, 'hangs'));

  test('that hangs is ended with an aborted create, which leaves nothing', async () => {
    const one = await testShim('ours', SLEEP);
    const controller = new AbortController();
    const { id, bundle } = one;
    const runtime = await fakeRuntime(one, `create) ${HANG}`);
    const rootfs = [{ type: 'bind', source: '/', target: '', options: ['bind', 'ro'] }];
    const creating = one.shim.create({ id, bundle, rootfs, runtime }, { signal: controller.signal });
    await expect.poll(() => hangs(one)).toBe(true);
    await expect(one.create()).rejects.toMatchObject({ status: 'ALREADY_EXISTS' });
    // What may never be there is not waited for.
    await expect(one.shim.wait({ id })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await expect(one.shim.state({ id })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await expect(one.shim.delete({})).rejects.toMatchObject({ status: 'FAILED_PRECONDITION' });
    controller.abort(new Error('enough'));
    await expect(creating).rejects.toThrow('enough');
    await expect.poll(() => readdirSync(path.join(bundle, 'rootfs')), { timeout: 10_000 }).toEqual([]);

    await expect
      .poll(() => one.create().catch(({ status }) => status), { timeout: 10_000 })
      .toMatchObject({ pid: expect.any(Number) });
    await one.shim.start({ id });
  });

  test.each(['create', 'start', 'exec', 'pause', 'kill'])(
    'that hangs in %s does not keep a shim from closing',
    async (call) => {
      const one = await testShim('ours', SLEEP);
      const runtime = await fakeRuntime(one, `${call}) ${HANG}`);
      const stuck = (async () => {
        await one.create({ runtime });
        await one.shim.start({ id: 'one' });
        if (call === 'exec') await one.exec('further', SLEEP);
        if (call === 'pause') await one.shim.pause({});
        if (call === 'kill') await one.shim.kill({ signal: 15 });
      })();
      const failure = expect(stuck).rejects.toThrow();
      await expect.poll(() => hangs(one), { timeout: 10_000 }).toBe(true);
      await one.close();
      await failure;
    },
  );

  test.each([
    ['no process id', 'create) echo garbage; echo garbage >"$pid_file"; exit 0;;'],
    ['nothing', 'create) exit 0;;'],
    ['a log that is none', 'create) echo garbage >"$log"; exit 3;;'],
  ])('that writes %s made no container', async (_, cases) => {
    const one = await testShim('ours', SLEEP);
    await expect(one.create({ runtime: await fakeRuntime(one, cases) })).rejects.toMatchObject({
      status: 'UNKNOWN',
      message: expect.stringMatching(/^OCI runtime create failed: /),
    });
    expect(await one.shim.state({ id: 'one' }).catch(({ status }) => status)).toBe('NOT_FOUND');
    await one.create();
  });

  test('that prints garbage is told of, and the container goes on', async () => {
    const one = await testShim('ours', SLEEP);
    await one.create({ runtime: await fakeRuntime(one, 'ps) echo garbage; exit 0;;') });
    await one.shim.start({ id: 'one' });
    await expect(one.shim.listPids({ id: 'one' })).rejects.toMatchObject({ status: 'UNKNOWN' });
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
  });

  test('that never calls the console socket made no container', async () => {
    const one = await testShim('ours', SLEEP, { terminal: true });
    const before = descriptors();
    const runtime = await fakeRuntime(one, PLAIN_PROCESSES);
    await expect(one.create({ runtime, terminal: true })).rejects.toMatchObject({
      status: 'UNKNOWN',
      message: 'the OCI runtime handed no terminal over',
    });
    expect(existsSync(`/proc/${readFileSync(path.join(one.base, 'init'), 'utf8')}`)).toBe(false);
    expect(one.events).toEqual([]);
    await expect.poll(descriptors).toBe(before);
  });

  test('that fails to delete leaves a container that the end of its shim kills', async () => {
    const one = await testShim('ours', SLEEP);
    const cases = 'delete) [ -e $base/may-delete ] || { echo "not today" >&2; exit 1; };;';
    const { pid } = await one.create({ runtime: await fakeRuntime(one, cases) });
    await expect(one.shim.delete({})).rejects.toMatchObject({
      message: 'failed to delete task: fake-runtime delete one: not today',
    });
    await expect(one.close()).rejects.toThrow('not today');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await writeFile(path.join(one.base, 'may-delete'), '');
    await execa('runc', ['--root', `${one.runtimeRoot}/test`, 'delete', '--force', 'one']);
  });
});

describe('a shim that is closed', () => {
  needs('linux', 'root', 'command runc');

  const states: readonly [string, (one: TestShim) => Promise<unknown>][] = [
    ['before there is a container', async () => {}],
    ['while there is about to be one', async (one) => void one.create().catch(() => {})],
    ['created', (one) => one.create()],
    ['running', (one) => started(one)],
    [
      'running with processes in every state',
      async (one) => {
        await started(one);
        await one.shim.exec({ id: 'added', spec: processSpec(SLEEP) });
        await one.exec('runs', SLEEP);
        await one.exec('ended', ['/bin/true']);
        await one.shim.wait({ id: 'ended' });
        void one.exec('starts', SLEEP).catch(() => {});
      },
    ],
    [
      'paused',
      async (one) => {
        await started(one);
        await one.shim.pause({});
      },
    ],
    [
      'stopped',
      async (one) => {
        await started(one);
        await one.shim.kill({ signal: 9 });
        await one.shim.wait({ id: 'one' });
      },
    ],
    [
      'deleted',
      async (one) => {
        await one.create();
        await one.shim.delete({});
      },
    ],
  ];

  async function started(one: TestShim): Promise<void> {
    await one.create();
    await one.shim.start({ id: 'one' });
  }

  // The sandbox looks for processes, mounts and cgroups.
  test.each(states)('leaves nothing: %s', async (_, bring) => {
    const before = descriptors();
    const one = await testShim('ours', SLEEP);
    await bring(one);
    await one.close();
    await one.close();
    expect(existsSync(path.join(one.bundle, 'rootfs', 'bin'))).toBe(false);
    expect(existsSync(path.join(one.runtimeRoot, 'test', 'one'))).toBe(false);
    await expect.poll(descriptors).toBeLessThanOrEqual(before);
  });

  test('makes no container any more', async () => {
    const one = await testShim('ours', SLEEP);
    await one.close();
    await expect(one.create()).rejects.toThrow('the shim was closed');
  });
});

describe('a container with a user namespace', () => {
  needs('linux', 'root', 'command runc');

  test('owns its stdio', async () => {
    const HOST_ID = 100_000;
    const mapping = [{ containerID: 0, hostID: HOST_ID, size: 65_536 }];
    const script =
      'echo first > /dev/stdout; echo second > /proc/self/fd/2; read word; echo "$word $(id -u)"';
    const one = await testShim('ours', ['/bin/bash', '-c', script], {
      uidMappings: mapping,
      gidMappings: mapping,
    });
    for (const directory of [one.base, one.state, one.bundle]) await chmod(directory, 0o711);
    const io = await one.io({ stdin: true });
    const options = packAny('containerd.linux.runc.CreateOptions', { ioUid: HOST_ID, ioGid: HOST_ID });
    await one.create({ ...io.paths, options });
    await one.shim.start({ id: 'one' });
    const { stdin, stdout, stderr } = io.streams();
    stdin?.end('third\n');
    expect(stdout && (await text(stdout))).toBe('first\nthird 0\n');
    expect(stderr && (await text(stderr))).toBe('second\n');
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    const { uid, gid } = statSync(io.paths.stdout);
    expect({ uid, gid }).toEqual({ uid: HOST_ID, gid: HOST_ID });
  });
});

describe('a host program', () => {
  needs('linux', 'root', 'command runc');

  test('that is no subreaper gets no shim', async () => {
    const { stdout } = await execaNode(fixture('no-subreaper.ts'), {
      nodeOptions: ['--conditions=@shimwright/source'],
    });
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'TaskError',
      code: 'ERR_TASK_SUBREAPER',
      message: expect.stringContaining('becomeSubreaper()'),
    });
  });

  test('with a daemon that ended, which nobody reaps, learns of the end of its containers', async () => {
    const one = await running('ours', SLEEP);
    // Its parent is gone, so this process becomes that; it is not known to anybody here.
    const { stdout } = await execa('sh', ['-c', 'sleep 600 >/dev/null 2>&1 & echo $!']);
    process.kill(Number(stdout));
    const isZombie = () => /\) Z /.test(readFileSync(`/proc/${stdout}/stat`, 'utf8'));
    await expect.poll(isZombie).toBe(true);
    // Nobody knows of this one either, and the container cannot end before it is reaped.
    const nsenter = spawn('nsenter', ['--target', String(one.pid), '--pid', 'sleep', '600']);
    await expect
      .poll(
        async () =>
          (await one.shim.listPids({ id: 'one' })).processes.length + childrenOf(nsenter.pid).length,
      )
      .toBe(2);
    nsenter.kill('SIGKILL');
    await once(nsenter, 'exit');
    await one.shim.kill({ signal: 9 });
    expect(await one.shim.wait({ id: 'one' }, { timeoutMs: 10_000 })).toMatchObject({ exitStatus: 137 });
  });
});

test('two creations at once make one container', { skip: process.getuid?.() !== 0 }, async () => {
  const one = await testShim('ours', SLEEP);
  await mkdir(path.join(one.bundle, 'rootfs'), { recursive: true });
  const results = await Promise.allSettled([one.create(), one.create()]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(results[1]).toMatchObject({ reason: { status: 'ALREADY_EXISTS' } });
  await one.shim.start({ id: 'one' });
});
