import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packJson, unpackAny } from '@shimwright/shim-api';
import { describe, expect, test } from 'vitest';
import { needs, needsOf } from '../../../tools/testing/needs.ts';
import { standInCriu } from '../../../tools/testing/stand-in-criu.ts';
import { created, processSpec, running, type TestShim, testShim } from './fixtures/shim.ts';

const SLEEP = ['/bin/sleep', '600'];
const NEVER = { seconds: -62_135_596_800, nanos: 0 };
const resources = (value: object) =>
  packJson('types.containerd.io/opencontainers/runtime-spec/1/LinuxResources', value);
const NO_JSON = { typeUrl: 'types.containerd.io/nonsense', value: Buffer.from('nonsense') };

/** A refusal: its gRPC status, and its message. */
const refusal = (status: string, message: string | RegExp) =>
  expect.objectContaining({
    code: 'ERR_TTRPC_STATUS',
    status,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });

/** What each call answers: its response, or its error. */
async function answers(
  calls: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(calls))
    given[name] = await call().catch((error: unknown) => error);
  return given;
}

/** Each call about the container or its first process that changes nothing where it is refused. */
function everyCall({ shim, id, base }: TestShim) {
  return {
    start: () => shim.start({ id }),
    delete: () => shim.delete({}),
    deleteProcess: () => shim.deleteProcess({ id }),
    exec: () => shim.exec({ id: 'further', spec: processSpec(SLEEP) }),
    kill: () => shim.kill({ signal: 9 }),
    pause: () => shim.pause({}),
    resume: () => shim.resume({}),
    update: () => shim.update({ resources: resources({}) }),
    checkpoint: () => shim.checkpoint({ path: path.join(base, 'image') }),
    listPids: () => shim.listPids({ id }),
  };
}

describe.each(['stock', 'ours'] as const)('the %s shim', (kind) => {
  needs('linux', 'root', 'command runc', ...needsOf(kind));

  test('answers to every call before there is a container', async () => {
    const one = await testShim(kind, SLEEP);
    const { shim, id } = one;
    const noContainer = refusal('FAILED_PRECONDITION', 'container must be created: failed precondition');
    const noProcess = refusal('NOT_FOUND', 'process one does not exist: not found');
    expect(
      await answers({
        ...everyCall(one),
        state: () => shim.state({ id }),
        wait: () => shim.wait({ id }),
        killProcess: () => shim.kill({ id, signal: 9 }),
        closeIO: () => shim.closeIO({ id }),
        resizePty: () => shim.resizePty({ id, width: 80, height: 24 }),
        shimInfo: () => shim.shimInfo({}),
      }),
    ).toEqual({
      start: noProcess,
      delete: noContainer,
      deleteProcess: noProcess,
      exec: noContainer,
      kill: noContainer,
      pause: noContainer,
      resume: noContainer,
      update: noContainer,
      checkpoint: noContainer,
      listPids: noContainer,
      state: noProcess,
      wait: noProcess,
      killProcess: noProcess,
      closeIO: noProcess,
      resizePty: refusal('UNKNOWN', 'process does not exist one'),
      shimInfo: { shimPid: kind === 'ours' ? process.pid : expect.any(Number) },
    });
  });

  test('has a created container that waits to be started', async () => {
    const { shim, id, pid, bundle } = await created(kind, SLEEP);
    expect(
      await answers({
        state: () => shim.state({ id }),
        pause: () => shim.pause({}),
        resume: () => shim.resume({}),
        checkpoint: () => shim.checkpoint({ path: '/nowhere' }),
        update: () => shim.update({ resources: resources({ memory: { limit: 64 * 1024 * 1024 } }) }),
        closeIO: () => shim.closeIO({ id, stdin: true }),
        resizePty: () => shim.resizePty({ id, width: 80, height: 24 }),
      }),
    ).toEqual({
      state: {
        ...{ id, bundle, pid, status: 'CREATED', terminal: false, stdin: '', stdout: '', stderr: '' },
        ...{ exitStatus: 0, exitedAt: NEVER },
      },
      pause: refusal('UNKNOWN', 'cannot pause task in created state'),
      resume: refusal('UNKNOWN', 'cannot resume task in created state'),
      checkpoint: refusal('UNKNOWN', 'cannot checkpoint a task in created state'),
      update: {},
      closeIO: {},
      resizePty: {},
    });
    expect(await shim.delete({})).toMatchObject({ pid });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test('refuses what a running container does not allow', async () => {
    const criu = await standInCriu();
    const one = await running(kind, SLEEP);
    const { shim, id } = one;
    const { start, deleteProcess, resume, checkpoint, delete: remove } = everyCall(one);
    expect(
      await answers({
        ...{ start, delete: remove, deleteProcess, resume, checkpoint },
        // Less than the kernel takes. A memory limit of a byte is refused by cgroup v1 alone.
        update: () => shim.update({ resources: resources({ cpu: { quota: 1, period: 100_000 } }) }),
        killWithNonsense: () => shim.kill({ signal: 99 }),
        killNobody: () => shim.kill({ id: 'nobody', signal: 9 }),
        listPidsOfNobody: () => shim.listPids({ id: 'nobody' }),
        closeIOOfNobody: () => shim.closeIO({ id: 'nobody' }),
        resizeNobody: () => shim.resizePty({ id: 'nobody', width: 80, height: 24 }),
        resizeWithoutId: () => shim.resizePty({ width: 80, height: 24 }),
        execAsInit: () => shim.exec({ id, spec: processSpec(SLEEP) }),
      }),
    ).toEqual({
      start: refusal('UNKNOWN', 'cannot start a running process'),
      delete: refusal('UNKNOWN', 'cannot delete a running process'),
      deleteProcess: refusal('INVALID_ARGUMENT', 'cannot delete init process with DeleteProcess'),
      resume: refusal('UNKNOWN', 'cannot resume a running process'),
      checkpoint: refusal('UNKNOWN', /criu failed: type DUMP errno \d+ path= .*\/one\/criu-dump\.log$/),
      update: refusal('UNKNOWN', /invalid argument/),
      killWithNonsense: refusal('UNKNOWN', /^unknown error after kill: /),
      killNobody: refusal('NOT_FOUND', 'process nobody does not exist: not found'),
      listPidsOfNobody: refusal('UNKNOWN', /container does not exist\s*$/),
      closeIOOfNobody: refusal('NOT_FOUND', 'process nobody does not exist: not found'),
      resizeNobody: refusal('UNKNOWN', 'process does not exist nobody'),
      resizeWithoutId: refusal('INVALID_ARGUMENT', 'id not provided: invalid argument'),
      execAsInit: refusal('ALREADY_EXISTS', 'id one: already exists'),
    });
    expect(await criu.asked()).toContain('DUMP');
  });

  test('allows a running container without a terminal to be sized, probed and given no more input', async () => {
    const { shim, id } = await running(kind, SLEEP);
    await shim.resizePty({ id, width: 80, height: 24 });
    await shim.closeIO({ id, stdin: true });
    await shim.kill({ signal: 0 });
    expect(await shim.state({ id })).toMatchObject({ status: 'RUNNING' });
  });

  test('keeps why a checkpoint failed, and no work directory', async () => {
    await standInCriu();
    const { shim, base, bundle, config } = await running(kind, SLEEP);
    await shim.checkpoint({ path: path.join(base, 'image') }).catch(() => {});
    expect(readFileSync(path.join(bundle, 'criu-dump.log'), 'utf8')).toContain(
      'stand-in: nothing is dumped here',
    );
    expect(readdirSync(config.workDir)).not.toContain('criu-work');
  });

  test('refuses what a paused container does not allow', async () => {
    const one = await running(kind, SLEEP);
    const { shim, id } = one;
    await one.exec('further', SLEEP);
    await shim.pause({});
    const { start, pause, delete: remove } = everyCall(one);
    expect(
      await answers({
        ...{ start, pause, delete: remove },
        exec: () => shim.exec({ id: 'more', spec: processSpec(SLEEP) }),
        state: () => shim.state({ id }),
        stateOfExec: () => shim.state({ id: 'further' }),
      }),
    ).toEqual({
      start: refusal('UNKNOWN', 'cannot start a paused process'),
      pause: refusal('UNKNOWN', 'cannot pause a paused container'),
      delete: refusal('UNKNOWN', 'cannot delete a paused process'),
      exec: refusal('UNKNOWN', 'cannot exec in a paused state'),
      state: expect.objectContaining({ status: 'PAUSED' }),
      stateOfExec: expect.objectContaining({ status: 'PAUSED' }),
    });
    await shim.kill({ signal: 9 });
    expect(await shim.wait({ id })).toMatchObject({ exitStatus: 137 });
    expect(await shim.delete({})).toMatchObject({ exitStatus: 137 });
  });

  test('answers to every call about a container that has ended', async () => {
    const one = await running(kind, ['/bin/sh', '-c', 'exit 5']);
    const { shim, id, pid } = one;
    const { exitedAt } = await shim.wait({ id });
    expect(Math.abs(Number(exitedAt?.seconds) - Date.now() / 1000)).toBeLessThan(60);

    const { delete: _, deleteProcess: __, ...refused } = everyCall(one);
    expect(
      await answers({
        ...refused,
        killAll: () => shim.kill({ signal: 9, all: true }),
        state: () => shim.state({ id }),
        wait: () => shim.wait({ id }),
        closeIO: () => shim.closeIO({ id, stdin: true }),
        delete: () => shim.delete({}),
        deleteAgain: () => shim.delete({}),
        stateAfterwards: () => shim.state({ id }),
      }),
    ).toEqual({
      start: refusal('UNKNOWN', 'cannot start a stopped process'),
      exec: refusal('UNKNOWN', 'cannot exec in a stopped state'),
      kill: refusal('NOT_FOUND', 'process already finished: not found'),
      pause: refusal('UNKNOWN', 'cannot pause a stopped container'),
      resume: refusal('UNKNOWN', 'cannot resume a stopped container'),
      update: refusal('UNKNOWN', 'cannot update a stopped container'),
      checkpoint: refusal('UNKNOWN', 'cannot checkpoint a stopped container'),
      listPids: { processes: [] },
      killAll: {},
      state: expect.objectContaining({ pid, status: 'STOPPED', exitStatus: 5, exitedAt }),
      wait: { exitStatus: 5, exitedAt },
      closeIO: {},
      delete: { pid, exitStatus: 5, exitedAt },
      deleteAgain: refusal('FAILED_PRECONDITION', 'container must be created: failed precondition'),
      stateAfterwards: refusal('NOT_FOUND', 'process one does not exist: not found'),
    });
  });

  test('answers to every call about a process from exec to its deletion', async () => {
    const { shim, pid: init } = await running(kind, SLEEP);
    const id = 'further';
    expect(
      await answers({
        exec: () => shim.exec({ id, spec: processSpec(SLEEP) }),
        execAgain: () => shim.exec({ id, spec: processSpec(SLEEP) }),
        state: () => shim.state({ id }),
        kill: () => shim.kill({ id, signal: 15 }),
        start: () => shim.start({ id }),
        startAgain: () => shim.start({ id }),
        stateOfStarted: () => shim.state({ id }),
        resizePty: () => shim.resizePty({ id, width: 80, height: 24 }),
        delete: () => shim.deleteProcess({ id }),
        killWithNonsense: () => shim.kill({ id, signal: 99 }),
        killStarted: () => shim.kill({ id, signal: 15 }),
        wait: () => shim.wait({ id }),
        waitAgain: () => shim.wait({ id }),
        stateOfEnded: () => shim.state({ id }),
        startEnded: () => shim.start({ id }),
        killEnded: () => shim.kill({ id, signal: 15 }),
        resizeEnded: () => shim.resizePty({ id, width: 80, height: 24 }),
        closeIOOfEnded: () => shim.closeIO({ id, stdin: true }),
        deleteEnded: () => shim.deleteProcess({ id }),
        deleteAgain: () => shim.deleteProcess({ id }),
        waitForDeleted: () => shim.wait({ id }),
      }),
    ).toEqual({
      exec: {},
      execAgain: refusal('ALREADY_EXISTS', 'id further: already exists'),
      state: expect.objectContaining({ id, pid: 0, status: 'CREATED', exitedAt: NEVER }),
      kill: refusal('FAILED_PRECONDITION', 'process not created: failed precondition'),
      start: { id, pid: expect.any(Number) },
      startAgain: refusal('UNKNOWN', 'cannot start a running process'),
      stateOfStarted: expect.objectContaining({ id, pid: expect.any(Number), status: 'RUNNING' }),
      resizePty: {},
      delete: refusal('UNKNOWN', 'cannot delete a running process'),
      killWithNonsense: refusal('UNKNOWN', /^exec kill error: unknown error after kill: /),
      killStarted: {},
      wait: { exitStatus: 143, exitedAt: expect.anything() },
      waitAgain: { exitStatus: 143, exitedAt: expect.anything() },
      stateOfEnded: expect.objectContaining({ id, status: 'STOPPED', exitStatus: 143 }),
      startEnded: refusal('UNKNOWN', 'cannot start a stopped process'),
      killEnded: refusal('NOT_FOUND', 'process already finished: not found'),
      resizeEnded: refusal('UNKNOWN', 'cannot resize a stopped container'),
      closeIOOfEnded: {},
      deleteEnded: { pid: expect.any(Number), exitStatus: 143, exitedAt: expect.anything() },
      deleteAgain: refusal('NOT_FOUND', 'process further does not exist: not found'),
      waitForDeleted: refusal('NOT_FOUND', 'process further does not exist: not found'),
    });
    const { processes } = await shim.listPids({ id: 'one' });
    expect(processes).toMatchObject([{ pid: init }]);
  });

  test('forgets a process that was added and never started', async () => {
    const { shim } = await running(kind, SLEEP);
    await shim.exec({ id: 'further', spec: processSpec(SLEEP) });
    expect(await shim.deleteProcess({ id: 'further' })).toEqual({ pid: 0, exitStatus: 0, exitedAt: NEVER });
    await shim.exec({ id: 'further', spec: processSpec(SLEEP) });
    expect(await shim.start({ id: 'further' })).toMatchObject({ id: 'further' });
  });

  test('takes a process in a created container', async () => {
    const one = await created(kind, SLEEP);
    await one.exec('further', ['/bin/sh', '-c', 'exit 6']);
    expect(await one.shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 6 });
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'CREATED' });
  });

  test('keeps an ended process that outlives its container until it is deleted', async () => {
    const one = await running(kind, SLEEP);
    const { pid } = await one.exec('further', ['/bin/sh', '-c', 'exit 6']);
    await one.shim.wait({ id: 'further' });
    await one.shim.kill({ signal: 9, all: true });
    await one.shim.wait({ id: 'one' });
    await one.shim.delete({});
    expect(await one.shim.state({ id: 'further' })).toMatchObject({ status: 'STOPPED', exitStatus: 6 });
    expect(await one.shim.deleteProcess({ id: 'further' })).toMatchObject({ pid, exitStatus: 6 });
  });

  test('lists the processes of the container, and by which id each was added', async () => {
    const one = await running(kind, ['/bin/sh', '-c', 'sleep 600 & exec sleep 600']);
    const { pid } = await one.exec('further', SLEEP);
    const listed = async () => {
      const { processes } = await one.shim.listPids({ id: 'one' });
      return processes.map(({ pid, info }) => [pid, info && unpackAny(info)]);
    };
    await expect.poll(listed, { timeout: 10_000 }).toHaveLength(3);
    const details = (execId: string) => ({
      type: 'containerd.linux.runc.ProcessDetails',
      message: { execId },
    });
    expect(await listed()).toEqual(
      expect.arrayContaining([
        [one.pid, details('one')],
        [pid, details('further')],
        [expect.any(Number), undefined],
      ]),
    );
  });

  test.each([
    ['SIGTERM', 15],
    ['SIGKILL', 9],
    ['SIGUSR1', 10],
  ] as const)('tells an end by %s as 128 and its number', async (_, signal) => {
    const one = await running(kind, ['/bin/sleep', '600'], {
      // The first process of a pid namespace gets no signal it does not handle, but SIGKILL from outside.
      spec: ({ linux }) => {
        linux.namespaces = (linux.namespaces ?? []).filter(({ type }) => type !== 'pid');
      },
    });
    const { pid } = await one.exec('further', SLEEP);
    // A start is answered while the process is still the OCI runtime's own, which ignores SIGUSR1.
    for (const each of [pid, one.pid])
      await expect
        .poll(() => readFileSync(`/proc/${each}/cmdline`, 'utf8'), { timeout: 20_000 })
        .toMatch(/^.bin.sleep/);
    await one.shim.kill({ id: 'further', signal });
    expect(await one.shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 128 + signal });
    await one.shim.kill({ id: 'one', signal });
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 128 + signal });
  });

  test('lets several wait, before the end and after it', async () => {
    const { shim, id } = await created(kind, ['/bin/sh', '-c', 'exit 4']);
    const waiting = [shim.wait({ id }), shim.wait({ id })];
    await shim.start({ id });
    const [first, second] = await Promise.all(waiting);
    expect(first).toMatchObject({ exitStatus: 4 });
    expect(second).toEqual(first);
    expect(await shim.wait({ id })).toEqual(first);
  });

  test('gives the error of the OCI runtime for a spec that it refuses', async () => {
    const one = await testShim(kind, SLEEP, {
      spec: ({ linux }) => {
        linux.namespaces = [{ type: 'nonsense' as 'pid' }];
      },
    });
    await expect(one.create()).rejects.toEqual(
      refusal(
        'UNKNOWN',
        'OCI runtime create failed: runc create failed: namespace {"nonsense" ""} does not exist',
      ),
    );
    expect(readdirSync(path.join(one.bundle, 'rootfs'))).toEqual([]);
  });

  test('gives the error of the OCI runtime for a command that is missing', async () => {
    const missing =
      'unable to start container process: exec: "/no/such": stat /no/such: no such file or directory';
    const one = await testShim(kind, ['/no/such']);
    await expect(one.create()).rejects.toEqual(
      refusal('UNKNOWN', `OCI runtime create failed: runc create failed: ${missing}`),
    );
    await expect(one.shim.state({ id: 'one' })).rejects.toEqual(
      refusal('NOT_FOUND', 'process one does not exist: not found'),
    );

    const two = await running(kind, SLEEP);
    await expect(two.exec('further', ['/no/such'])).rejects.toEqual(
      refusal('UNKNOWN', `OCI runtime exec failed: exec failed: ${missing}`),
    );
    expect(await two.shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 0 });
  });

  test('refuses what it cannot mount, open or read', async () => {
    const one = await testShim(kind, SLEEP);
    const { shim, base } = one;
    const nowhere = { type: 'ext4', source: '/no/such', target: '', options: [] };
    expect(
      await answers({
        mount: () => one.create({ rootfs: [nowhere] }),
        runtime: () => one.create({ runtime: '/no/such' }),
        scheme: () => one.create({ stdout: 'http://host/', stderr: 'http://host/' }),
      }),
    ).toEqual({
      mount: refusal('UNKNOWN', /^failed to mount rootfs component .*no such file or directory/),
      runtime: refusal('UNKNOWN', /^OCI runtime create failed: .*\/no\/such/),
      scheme: refusal('UNKNOWN', /http/),
    });
    expect(readdirSync(path.join(one.bundle, 'rootfs'))).toEqual([]);

    await one.create();
    const status = kind === 'ours' ? 'INVALID_ARGUMENT' : 'UNKNOWN';
    expect(
      await answers({
        exec: () => shim.exec({ id: 'further', spec: NO_JSON }),
        update: () => shim.update({ resources: NO_JSON }),
      }),
    ).toEqual({
      exec: refusal(status, /JSON|invalid character/),
      update: refusal(status, /JSON|invalid character/),
    });
    expect(existsSync(path.join(base, 'image'))).toBe(false);
  });
});

describe('our shim, where the stock one does worse', () => {
  needs('linux', 'root', 'command runc');

  test('knows that it has a container already', async () => {
    const one = await created('ours', SLEEP);
    await expect(one.create()).rejects.toEqual(refusal('ALREADY_EXISTS', 'id one: already exists'));
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'CREATED' });
  });

  test('takes another container when the first is deleted', async () => {
    const one = await created('ours', SLEEP);
    await one.shim.delete({});
    await one.create();
    await one.shim.start({ id: 'one' });
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
  });

  // The stock shim panics at the second start: it closes a channel that is closed.
  test('has an exec that failed as a process that has ended', async () => {
    const one = await running('ours', SLEEP);
    await one.exec('further', ['/no/such']).catch(() => {});
    await expect(one.shim.start({ id: 'further' })).rejects.toEqual(
      refusal('UNKNOWN', 'cannot start a stopped process'),
    );
    expect(await one.shim.deleteProcess({ id: 'further' })).toMatchObject({ pid: 0 });
  });
});
