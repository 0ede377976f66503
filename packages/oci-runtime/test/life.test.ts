import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cgroupOf, MEMORY_LIMIT, PIDS_LIMIT, readCgroup } from '../../../tools/testing/cgroup.ts';
import { type Bench, bench, until } from './fixtures/container.ts';
import { allRuntimes } from './fixtures/runtimes.ts';

describe.each(allRuntimes())('$title', ({ name, command, gate }) => {
  gate();

  async function running(place: Bench): Promise<string> {
    const id = place.id('web');
    await place.runtime.create(id, { bundle: await place.bundle(id) });
    await place.runtime.start(id);
    return id;
  }

  async function deleted(place: Bench, id: string): Promise<void> {
    await place.runtime.delete(id, { force: true });
    expect(await place.runtime.list()).toEqual([]);
  }

  test('leads a container through its whole life', async () => {
    const place = await bench({ command });
    const { runtime } = place;
    const id = place.id('web');
    const bundle = await place.bundle(id);

    const { pid } = await runtime.create(id, { bundle });
    expect(await runtime.state(id)).toMatchObject({ id, pid, bundle, status: 'created' });
    await runtime.start(id);
    expect(await runtime.state(id)).toMatchObject({
      id,
      pid,
      status: 'running',
      annotations: { 'org.example.role': 'test' },
    });
    expect(await runtime.ps(id)).toEqual([pid]);
    await runtime.pause(id);
    expect((await runtime.state(id)).status).toBe('paused');
    await runtime.resume(id);
    expect((await runtime.list()).map((each) => [each.id, each.status])).toEqual([[id, 'running']]);
    await runtime.kill(id, 'SIGKILL');
    await until(async () => (await runtime.state(id)).status === 'stopped');
    expect((await runtime.state(id)).pid).toBe(0);
    await runtime.delete(id);
    expect(await runtime.list()).toEqual([]);
  });

  test('reports the id of the process, in its answer and in the file that is asked for', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const options = { bundle: await place.bundle(id), pidFile: place.file('init.pid') };
    const { pid } = await place.runtime.create(id, options);

    expect(await readFile(options.pidFile, 'utf8')).toBe(String(pid));
    expect(cgroupOf(pid, 'pids').directory).toMatch(new RegExp(`/${id}$`));
    await deleted(place, id);
  });

  test('does not take the process id of an earlier call for its own', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const options = { bundle: await place.bundle(id), pidFile: place.file('init.pid') };
    const first = await place.runtime.create(id, options);

    await expect(place.runtime.create(id, options)).rejects.toMatchObject({ code: 'ERR_RUNTIME_EXISTS' });
    expect(await readFile(options.pidFile, 'utf8')).toBe(String(first.pid));
    await place.runtime.delete(id, { force: true });
    const second = await place.runtime.create(id, options);
    expect(second.pid).not.toBe(first.pid);
    expect(await readFile(options.pidFile, 'utf8')).toBe(String(second.pid));
    await deleted(place, id);
  });

  test.each([0, 1, 3, 137])('runs a container to its end, and gives its status %i', async (status) => {
    const place = await bench({ command });
    const id = place.id('web');
    const bundle = await place.bundle(id, { args: ['sh', '-c', `exit ${status}`] });

    const ended = await place.runtime.run(id, { bundle });
    expect(ended).toEqual({ pid: expect.any(Number), exitCode: status, log: [] });
    expect(await place.runtime.list()).toEqual([]);
  });

  test('runs a container that goes on', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const { pid } = await place.runtime.run(id, { bundle: await place.bundle(id), detach: true });

    expect(await place.runtime.state(id)).toMatchObject({ status: 'running', pid });
    await deleted(place, id);
  });

  test('executes a command, and gives its status', async () => {
    const place = await bench({ command });
    const id = await running(place);

    const options = { cwd: '/bin', env: { PATH: '/bin', WORD: 'a b' }, user: '7:8' };
    const script = '[ "$PWD $WORD $(id -u) $(id -g)" = "/bin a b 7 8" ] && exit 42';
    const { exitCode } = await place.runtime.exec(id, ['sh', '-c', script], options);
    expect(exitCode).toBe(42);
    await deleted(place, id);
  });

  test('executes a specification, which it hands over in a file', async () => {
    const place = await bench({ command });
    const id = await running(place);
    const script = '[ "$PWD $WORD $(id -u)" = "/bin c d 9" ] && exit 43';

    const { exitCode } = await place.runtime.exec(id, {
      args: ['sh', '-c', script],
      cwd: '/bin',
      env: ['PATH=/bin', 'WORD=c d'],
      user: { uid: 9, gid: 9 },
    });
    expect(exitCode).toBe(43);
    await deleted(place, id);
  });

  test('leaves options behind the command to the command', async () => {
    const place = await bench({ command });
    const id = await running(place);
    const args = [
      'sh',
      '-c',
      '[ "$*" = "--detach -d --pid-file=/x --" ]',
      'sh',
      '--detach',
      '-d',
      '--pid-file=/x',
      '--',
    ];

    expect((await place.runtime.exec(id, args)).exitCode).toBe(0);
    await deleted(place, id);
  });

  test('executes a command that goes on, and can be seen and killed', async () => {
    const place = await bench({ command });
    const id = await running(place);
    const { pid } = await place.runtime.exec(id, ['sleep', '1000'], { detach: true });

    expect(await place.runtime.ps(id)).toContain(pid);
    await place.runtime.kill(id, 9, { all: true });
    await deleted(place, id);
  });

  test('changes the limits of a container, and takes them away', async () => {
    const place = await bench({ command });
    const id = await running(place);
    const { pid } = await place.runtime.state(id);
    const limits = () => [
      readCgroup(cgroupOf(pid, 'memory'), MEMORY_LIMIT),
      readCgroup(cgroupOf(pid, 'pids'), PIDS_LIMIT),
    ];
    const none = limits();

    await place.runtime.update(id, { memory: { limit: 64 * 1024 * 1024 }, pids: { limit: 17n } });
    expect(limits()).toEqual(['67108864', '17']);
    await place.runtime.update(id, { memory: { limit: 'unlimited', swap: 'unlimited' } });
    expect(limits()).toEqual([none[0], '17']);
    const { version } = await place.runtime.version();
    const lifted = place.runtime.update(id, { pids: { limit: 'unlimited' } });
    if (name === 'crun' && version === '1.8.1') {
      // It writes -1, which the kernel does not know there.
      await expect(lifted).rejects.toMatchObject({ code: 'ERR_RUNTIME_FAILED', call: 'update' });
    } else {
      await lifted;
      expect(limits()).toEqual(none);
    }
    await deleted(place, id);
  });

  test('executes a process with limits of all 64 bits', async () => {
    const place = await bench({ command });
    const id = await running(place);
    const out = openSync(place.file('limits'), 'w');
    onTestFinished(() => closeSync(out));

    const { exitCode } = await place.runtime.exec(
      id,
      {
        args: ['cat', '/proc/self/limits'],
        cwd: '/',
        env: ['PATH=/bin'],
        rlimits: [
          { type: 'RLIMIT_CORE', soft: 2n ** 53n + 1n, hard: 18446744073709551615n },
          { type: 'RLIMIT_FSIZE', soft: 'unlimited', hard: 'unlimited' },
          { type: 'RLIMIT_CPU', soft: 2n ** 62n + 1n, hard: 2n ** 63n },
        ],
      },
      { stdout: out },
    );
    expect(exitCode).toBe(0);
    const text = await readFile(place.file('limits'), 'utf8');
    expect(text).toMatch(/^Max core file size +9007199254740993 +unlimited /m);
    expect(text).toMatch(/^Max file size +unlimited +unlimited /m);
    expect(text).toMatch(/^Max cpu time +4611686018427387905 +9223372036854775808 /m);
    await deleted(place, id);
  });

  test('names a container that is not there', async () => {
    const place = await bench({ command });
    const { runtime } = place;
    const id = place.id('nobody');
    const fails = { code: 'ERR_RUNTIME_NOT_EXIST', id, exitCode: expect.any(Number) };

    await expect(runtime.state(id)).rejects.toMatchObject({ ...fails, call: 'state' });
    await expect(runtime.start(id)).rejects.toMatchObject({ ...fails, call: 'start' });
    await expect(runtime.exec(id, ['true'])).rejects.toMatchObject({ ...fails, call: 'exec' });
    await expect(runtime.kill(id)).rejects.toMatchObject(fails);
    await expect(runtime.delete(id)).rejects.toMatchObject(fails);
    await expect(runtime.pause(id)).rejects.toMatchObject(fails);
    await expect(runtime.resume(id)).rejects.toMatchObject(fails);
    await expect(runtime.ps(id)).rejects.toMatchObject(fails);
    await expect(runtime.update(id, {})).rejects.toMatchObject(fails);
    await runtime.delete(id, { force: true });
  });

  test('names a container that is there already, and leaves it alone', async () => {
    const place = await bench({ command });
    const id = await running(place);

    await expect(place.runtime.create(id, { bundle: await place.bundle(`${id}2`) })).rejects.toMatchObject({
      code: 'ERR_RUNTIME_EXISTS',
      call: 'create',
      id,
      message: expect.stringContaining('already exists'),
    });
    expect((await place.runtime.state(id)).status).toBe('running');
    await deleted(place, id);
  });

  test('names a container in the wrong state', async () => {
    const place = await bench({ command });
    const id = await running(place);
    const fails = { code: 'ERR_RUNTIME_STATE', id };

    await expect(place.runtime.start(id)).rejects.toMatchObject(fails);
    await expect(place.runtime.delete(id)).rejects.toMatchObject(fails);
    await place.runtime.pause(id);
    await expect(place.runtime.exec(id, ['true'])).rejects.toMatchObject(fails);
    await place.runtime.resume(id);
    await place.runtime.kill(id, 'SIGKILL');
    await until(async () => (await place.runtime.state(id)).status === 'stopped');
    await expect(place.runtime.start(id)).rejects.toMatchObject(fails);
    await expect(place.runtime.exec(id, ['true'])).rejects.toMatchObject(fails);
    await expect(place.runtime.kill(id)).rejects.toMatchObject(fails);
    await deleted(place, id);
  });

  test('says in the words of the runtime why a command cannot be executed', async () => {
    const place = await bench({ command });
    const id = await running(place);

    await expect(place.runtime.exec(id, ['no-such-program'])).rejects.toMatchObject({
      code: 'ERR_RUNTIME_FAILED',
      message: expect.stringMatching(/no-such-program.* not found in \$PATH/),
      log: expect.arrayContaining([expect.objectContaining({ level: 'error' })]),
    });
    await deleted(place, id);
  });

  test.each(['create', 'run'] as const)('says in the words of the runtime why it cannot %s', async (call) => {
    const place = await bench({ command });
    const id = place.id('web');
    const bundle = await place.bundle(id, { args: ['/no/such/program'] });

    await expect(place.runtime[call](id, { bundle })).rejects.toMatchObject({
      code: 'ERR_RUNTIME_FAILED',
      message: expect.stringMatching(/\/no\/such\/program.*no such file/i),
    });
    expect(await place.runtime.list()).toEqual([]);
  });

  test('says which runtime it is', async () => {
    const place = await bench({ command });
    expect(await place.runtime.version()).toMatchObject({
      name,
      version: expect.stringMatching(/^\d+\.\d+/),
    });
  });

  test('adds what was logged to a file, when asked to', async () => {
    const place = await bench({ command });
    const log = place.file('runtime.log');
    const logging = await bench({ command, log, debug: true, tempDir: place.sandbox.base });

    await expect(logging.runtime.state(place.id('nobody'))).rejects.toThrow();
    await expect(logging.runtime.start(place.id('nobody'))).rejects.toThrow();
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error')).toHaveLength(2);
  });
});
