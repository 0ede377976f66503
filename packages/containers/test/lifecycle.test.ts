import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { execa, execaNode } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { processIds } from '../../../tools/testing/command-lines.ts';
import { needs } from '../../../tools/testing/needs.ts';
import {
  type Container,
  type CreateOptions,
  create,
  events,
  get,
  type LogEntry,
  list,
  restore,
  start,
} from '../src/index.ts';
import { testPlace } from './place.ts';

const MIB = 1024 * 1024;

describe('a container that outlives its program', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  const where = testPlace();

  /** Started, and gone after the test. */
  async function started(script: string, options: Partial<CreateOptions> = {}): Promise<Container> {
    const container = await start({
      ...where.place,
      rootfs: where.rootfs,
      args: ['sh', '-c', script],
      ...options,
    });
    onTestFinished(() => container.remove());
    return container;
  }

  async function all(entries: AsyncIterable<LogEntry>): Promise<string[]> {
    const found: string[] = [];
    for await (const { stream, text } of entries) found.push(`${stream}: ${text}`);
    return found;
  }

  const followed = (container: Container) => all(container.logs({ follow: true }));

  test('is found by another program, which sees it to its end', async () => {
    const program = path.join(import.meta.dirname, 'fixtures/start.ts');
    const script =
      'echo begun; read -t 100 line </proc/self/fd/0; until [ -e /go ]; do sleep 0.1; done; echo done; exit 7';
    const args = ['sh', '-c', script];
    const options = { ...where.place, rootfs: where.rootfs, name: 'survivor', args, labels: { tier: 'web' } };
    await execaNode(program, [JSON.stringify(options)], { nodeOptions: ['--conditions=@shimwright/source'] });

    const [found] = await list(where.place);
    expect(found).toMatchObject({
      id: 'survivor',
      status: 'running',
      command: args,
      labels: { tier: 'web' },
    });
    const container = await get('survivor', where.place);
    onTestFinished(() => container.remove());
    await container.exec(['touch', '/go']);
    expect(await followed(container)).toEqual(['stdout: begun', 'stdout: done']);
    expect(await container.wait()).toMatchObject({ exitCode: 7, signal: undefined, oomKilled: false });
    expect(await list(where.place)).toMatchObject([
      { id: 'survivor', status: 'stopped', exit: { exitCode: 7 } },
    ]);
    await container.remove();
    expect(await where.left()).toEqual([]);
    await expect(container.wait()).rejects.toMatchObject({ code: 'ERR_CONTAINER_NOT_FOUND' });
    await container.remove(); // twice is no error
  });

  test('is created first, and started when it is told to', async () => {
    const container = await create({ ...where.place, rootfs: where.rootfs, args: ['echo', 'hello'] });
    onTestFinished(() => container.remove());
    expect(await container.state()).toMatchObject({ status: 'created', exit: undefined });
    await container.start();
    expect((await container.wait()).exitCode).toBe(0);
  });

  test('runs other commands, as other users, with input, and in a time', async () => {
    const container = await started('sleep 1000', { env: { A: '1', B: '2' } });
    const sh = (script: string, options = {}) => container.exec(['sh', '-c', script], options);
    expect(
      await sh('cat; echo $A $B $(pwd) $(id -u) >&2; exit 3', {
        stdin: 'in',
        env: { B: '3' },
        workdir: '/tmp',
        user: '9:9',
      }),
    ).toEqual({
      exitCode: 3,
      signal: undefined,
      stdout: 'in',
      stderr: '1 3 /tmp 9\n',
      truncated: false,
      timedOut: false,
      durationMs: expect.any(Number),
    });
    expect(await sh('sleep 1000', { timeoutMs: 200 })).toMatchObject({ exitCode: 137, timedOut: true });
    await expect(container.exec(['no-such'])).rejects.toMatchObject({
      code: 'ERR_CONTAINER_COMMAND',
      exitCode: 127,
    });
    await expect(container.exec([])).rejects.toMatchObject({ code: 'ERR_CONTAINER_ARGUMENT' });
    await expect(sh('true', { user: 'nobody' })).rejects.toMatchObject({ code: 'ERR_CONTAINER_USER' });
    expect((await container.state()).status).toBe('running');
  });

  test('an exec that is aborted is killed, and the container goes on', async () => {
    const container = await started('sleep 1000');
    const controller = new AbortController();
    const running = container.exec(['sh', '-c', 'sleep 1234'], {
      signal: controller.signal,
      onStart: () => controller.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
    expect((await container.exec(['ps'])).stdout).not.toContain('1234');
  });

  test('an exec has a terminal that is resized, and can be signalled', async () => {
    const container = await started('sleep 1000');
    const sized = await container.exec(
      ['sh', '-c', 'trap "stty size; exit 5" WINCH; echo ready; while :; do sleep 0.1; done'],
      {
        terminal: true,
        onStart: async (process) => {
          await process.resize({ columns: 99, rows: 33 });
          const again = setInterval(
            () => process.resize({ columns: 99, rows: 34 }).catch(() => clearInterval(again)),
            100,
          );
          onTestFinished(() => clearInterval(again));
        },
        timeoutMs: 20_000,
      },
    );
    expect(sized).toMatchObject({ exitCode: 5, stdout: expect.stringMatching(/3[34] 99/) });
    const signalled = await container.exec(['sleep', '1000'], {
      onStart: (process) => void process.kill('SIGTERM'),
    });
    expect(signalled).toMatchObject({ exitCode: 143, signal: 'SIGTERM' });
  });

  test('its log has times, parts, and an end', async () => {
    const container = await started('echo one; sleep 0.3; echo two >&2; printf three');
    const entries: LogEntry[] = [];
    for await (const entry of container.logs({ follow: true })) entries.push(entry);
    const of = (stream: string) =>
      entries.filter((entry) => entry.stream === stream).map(({ text, isPartial }) => [text, isPartial]);
    expect(of('stdout')).toEqual([
      ['one', false],
      ['three', true],
    ]);
    expect(of('stderr')).toEqual([['two', false]]); // which of two outputs was first is nowhere told
    const times = entries.map(({ time }) => time.getTime());
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(await all(container.logs({ since: entries.at(-1)?.time }))).toContain(
      `${entries.at(-1)?.stream}: ${entries.at(-1)?.text}`,
    );
    expect(await all(container.logs({ since: new Date(Date.now() + 60_000) }))).toEqual([]);
    expect(await all(container.logs({ tail: 1 }))).toHaveLength(1);
    expect(await all(container.logs({ tail: 0, follow: true }))).toEqual([]);
    const file = path.join(where.place.dataDir, 'containers', where.place.namespace, container.id, 'log');
    expect(await readFile(file, 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z stdout F one\n/);
  });

  test('its log is put aside when it is full, and following goes on', async () => {
    const container = await started('for i in $(seq 20000); do echo line $i; done; sleep 0.1; echo last', {
      maxLogBytes: 1_000,
    });
    const lines = await followed(container);
    expect(lines.at(-1)).toBe('stdout: last');
    const directory = path.join(where.place.dataDir, 'containers', where.place.namespace, container.id);
    expect((await stat(path.join(directory, 'log.1'))).size).toBeGreaterThanOrEqual(1_000);
    expect((await all(container.logs())).length).toBeLessThan(20_000);
  });

  test('following a log ends when it is told to', async () => {
    const container = await started('echo one; sleep 1000');
    const controller = new AbortController();
    for await (const { text } of container.logs({ follow: true, signal: controller.signal })) {
      expect(text).toBe('one');
      controller.abort();
    }
  });

  test('a terminal takes what is typed, and gives back what is shown', async () => {
    const container = await started('exec sh', { terminal: true, stdin: true });
    using attached = await container.attach();
    await container.resize({ columns: 77, rows: 22 });
    attached.stdin.write('stty size; exit 5\n');
    let shown = '';
    for await (const { data } of attached) shown += data.toString();
    expect(shown).toContain('22 77\r\n');
    expect(await container.wait()).toMatchObject({ exitCode: 5 });
  });

  test('an input that stays open is written to by whoever attaches, and ended', async () => {
    const container = await started('cat; echo over', { stdin: true });
    using first = await container.attach();
    first.stdin.write('from one\n');
    first.close();
    using second = await (await get(container.id, where.place)).attach({ logs: true });
    second.stdin.end('from another\n');
    expect((await all(second)).toSorted()).toEqual([
      'stdout: from another',
      'stdout: from one',
      'stdout: over',
    ]);
  });

  test('tells what it uses, and stops telling when it has ended', async () => {
    const container = await started('sleep 0.7', { memoryBytes: 64 * MIB });
    const readings = [];
    for await (const reading of container.stats({ intervalMs: 100 })) {
      readings.push(reading);
      if ((await container.state()).status === 'stopped') break;
    }
    expect(readings[0]).toMatchObject({
      cpuPercent: 0,
      memoryLimitBytes: 64 * MIB,
      pids: expect.any(Number),
    });
    expect(readings[0]?.memoryBytes).toBeGreaterThan(0);
    expect(readings[0]?.cpuMs).toBeGreaterThan(0);
    const after = [];
    for await (const reading of container.stats()) after.push(reading);
    expect(after).toEqual([]);
  });

  test('is paused and goes on, and gets other limits', async () => {
    const container = await started('sleep 1000', { memoryBytes: 64 * MIB });
    await container.pause();
    expect((await container.state()).status).toBe('paused');
    await container.resume();
    expect((await container.state()).status).toBe('running');
    await container.update({ memoryBytes: 32 * MIB, pidsLimit: 20 });
    for await (const { memoryLimitBytes } of container.stats()) {
      expect(memoryLimitBytes).toBe(32 * MIB);
      break;
    }
    await expect(container.update({})).rejects.toMatchObject({ code: 'ERR_CONTAINER_ARGUMENT' });
  });

  test.each([
    [
      'that listens to it',
      'trap "exit 6" TERM; echo ready; while :; do sleep 0.05; done',
      {},
      { exitCode: 6 },
    ],
    [
      'that wants another one',
      'trap "exit 7" USR1; echo ready; while :; do sleep 0.05; done',
      { stopSignal: 'USR1' },
      { exitCode: 7 },
    ],
    [
      'that does not listen is killed after its time',
      'trap "" TERM; echo ready; while :; do sleep 0.05; done',
      {},
      { signal: 'SIGKILL' },
    ],
  ])('a stop asks a command %s', async (_, script, options, ending) => {
    const container = await started(script, options);
    for await (const _line of container.logs({ follow: true })) break; // its trap is set
    const graceMs = 'signal' in ending ? 200 : 20_000;
    expect(await container.stop({ graceMs })).toMatchObject(ending);
    expect(await container.stop()).toMatchObject(ending); // it has stopped, which is no error
  });

  test('a container that is paused, or not yet started, can be stopped and removed', async () => {
    const paused = await started('sleep 1000');
    await paused.pause();
    expect(await paused.stop({ graceMs: 100 })).toMatchObject({ signal: 'SIGKILL' });
    const frozen = await started('sleep 1000');
    await frozen.pause();
    await frozen.remove();
    const waiting = await create({ ...where.place, rootfs: where.rootfs, args: ['true'] });
    expect(await waiting.stop()).toMatchObject({ exitCode: 137 });
    await waiting.remove();
  });

  test('files are copied in and out, whether it runs or has ended', async () => {
    const container = await started('sleep 1000', { mounts: [{ type: 'tmpfs', target: '/mem' }] });
    const source = await mkdtemp(path.join(tmpdir(), 'copied-'));
    onTestFinished(() => rm(source, { recursive: true }));
    await writeFile(path.join(source, 'file'), 'content', { mode: 0o640 });
    await symlink('file', path.join(source, 'link'));
    const packed = () => spawn('tar', ['-c', '-C', source, '.']).stdout;
    await container.copyIn(packed(), '/mem');
    expect((await container.exec(['sh', '-c', 'cat /mem/link; stat -c %a /mem/file'])).stdout).toBe(
      'content640\n',
    );
    const names = (archive: Buffer) =>
      execFileSync('tar', ['-t'], { input: archive }).toString().trim().split('\n').sort();
    expect(names(await buffer(await container.copyOut('/mem')))).toEqual(['mem/', 'mem/file', 'mem/link']);
    await container.copyIn(packed(), '/');
    expect((await container.exec(['cat', '/link'])).stdout).toBe('content');
    await container.exec(['sh', '-c', 'echo kept > /kept']);
    await container.stop({ graceMs: 0 });
    expect(names(await buffer(await container.copyOut('/kept')))).toEqual(['kept']);
    await expect(container.copyIn(packed(), '/no/such')).rejects.toMatchObject({
      code: 'ERR_CONTAINER_COPY',
    });
    await expect(container.copyOut('/no/such').then(buffer)).rejects.toMatchObject({
      code: 'ERR_CONTAINER_COPY',
    });
    await expect(container.copyIn(packed(), 'relative')).rejects.toMatchObject({
      code: 'ERR_CONTAINER_ARGUMENT',
    });
  });

  test('a copy follows no link out of the container, whoever made the link', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'outside-'));
    onTestFinished(() => rm(outside, { recursive: true }));
    await writeFile(path.join(outside, 'secret'), 'secret');
    const container = await started(
      `ln -s ${outside} /out; ln -s ../../../../../../..${outside} /up; mkdir -p ${outside}; echo done; sleep 1000`,
    );
    for await (const _line of container.logs({ follow: true })) break;
    const source = await mkdtemp(path.join(tmpdir(), 'copied-'));
    onTestFinished(() => rm(source, { recursive: true }));
    await writeFile(path.join(source, 'planted'), 'planted');
    for (const link of ['/out', '/up']) {
      await container.copyIn(spawn('tar', ['-c', '-C', source, 'planted']).stdout, link);
      await expect(container.copyOut(`${link}/secret`).then(buffer)).rejects.toMatchObject({
        code: 'ERR_CONTAINER_COPY',
      });
    }
    expect((await container.exec(['cat', `${outside}/planted`])).stdout).toBe('planted'); // in its own files
    // Members that lead through a link, upwards, and from the root.
    for (const name of ['out/planted', `../..${outside}/planted`, `${outside}/planted`]) {
      const args = ['-c', '-P', '-C', source, `--transform=s,^planted$,${name},`, 'planted'];
      await container.exec(['rm', '-f', `${outside}/planted`]);
      await container.copyIn(spawn('tar', args).stdout, '/');
      expect((await container.exec(['cat', `${outside}/planted`])).stdout, name).toBe('planted');
    }
    await expect(stat(path.join(outside, 'planted'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('starts a command that nobody waits for, and says when it cannot', async () => {
    const container = await started('sleep 1000');
    const { pid } = await container.execDetached(['sh', '-c', 'echo $X > /made; exec sleep 1000'], {
      env: { X: 'y' },
    });
    // Until it has become the command, it has the name of the runtime's own program.
    await expect
      .poll(() => readFile(`/proc/${pid}/comm`, 'utf8'), { timeout: 30_000 })
      .toMatch(/^(?:sh|sleep|busybox)$/m);
    await expect.poll(async () => (await container.exec(['cat', '/made'])).stdout).toBe('y\n');
    await expect(container.execDetached(['no-such'])).rejects.toMatchObject({
      code: 'ERR_CONTAINER_COMMAND',
      exitCode: 127,
    });
    await expect(container.execDetached([])).rejects.toMatchObject({ code: 'ERR_CONTAINER_ARGUMENT' });
    await container.stop({ graceMs: 0 });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test('tells of containers that are made, end and go', async () => {
    const controller = new AbortController();
    const heard: string[] = [];
    const listening = (async () => {
      for await (const { type, id, exitCode } of events({ ...where.place, signal: controller.signal })) {
        if (id !== 'heard') continue;
        heard.push(`${type} ${exitCode ?? ''}`.trim());
        if (type === 'remove') controller.abort();
      }
    })();
    const container = await started('exit 4', { name: 'heard' });
    await container.wait();
    await expect.poll(() => heard).toContain('exit 4');
    await container.remove();
    await listening;
    expect(heard).toEqual(['create', 'exit 4', 'remove']);
  });

  test('goes on when its shim is killed, and is found again', async () => {
    const container = await started('echo one; sleep 2; echo two; exit 3', { name: 'orphaned' });
    // Its keeper stays, which sees the status: without both, only a kernel from 6.15 on knows it, of a process that runs still.
    const keepers = processIds('shimwright-keeper.cjs ');
    const shims = processIds(`--shared ${where.place.stateDir}`).filter((pid) => !keepers.includes(pid));
    expect(shims).toHaveLength(1);
    for (const pid of shims) process.kill(pid, 'SIGKILL');
    const { containers } = await restore(where.place);
    expect(containers.map(({ id }) => id)).toContain('orphaned');
    expect(await container.wait()).toMatchObject({ exitCode: 3 });
    expect(await followed(container)).toEqual(['stdout: one', 'stdout: two']);
  });

  test('a command in it ends as lost when its shim is killed meanwhile', async () => {
    const container = await started('sleep 1000');
    const running = container.exec(['sleep', '1000'], {
      onStart: () => {
        for (const pid of processIds(`--shared ${where.place.stateDir}`)) process.kill(pid, 'SIGKILL');
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'ERR_CONTAINER_LOST' });
  });

  test('a container whose output cannot be recorded costs its recorder no time', async () => {
    const container = await started('sleep 1000');
    const io = path.join(where.place.stateDir, 'bundles', where.place.namespace, container.id, 'io');
    for (const pid of processIds(`shimwright-recorder.cjs ${where.place.stateDir}`))
      process.kill(pid, 'SIGKILL');
    await rename(io, `${io}.aside`);
    onTestFinished(() => rename(`${io}.aside`, io));
    await restore(where.place);
    const recorders = () => processIds(`shimwright-recorder.cjs ${where.place.stateDir}`);
    await expect.poll(recorders, { timeout: 10_000 }).toHaveLength(1);
    const [recorder] = recorders();
    const turns = async () => Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(await status())?.[1]);
    const status = () => readFile(`/proc/${recorder}/status`, 'utf8');
    await delay(1_000); // it has begun
    const before = await turns();
    await delay(1_500);
    expect((await turns()) - before).toBeLessThan(200); // a look or two; each turn of an endless loop would be one more
  });

  test('its log goes on when the recorder is killed', async () => {
    const container = await started('echo one; sleep 1; echo two');
    for await (const _line of container.logs({ follow: true })) break;
    const recorders = processIds(`shimwright-recorder.cjs ${where.place.stateDir}`);
    expect(recorders).not.toEqual([]);
    for (const pid of recorders) process.kill(pid, 'SIGKILL');
    expect(await followed(container)).toEqual(['stdout: one', 'stdout: two']);
  });

  test('what is left of containers of before a restart of the machine is removed', async () => {
    const container = await started('echo one; touch /written; sleep 1000', { name: 'lost' });
    for await (const _line of container.logs({ follow: true })) break;
    const work = path.join(where.place.dataDir, 'containers', where.place.namespace, 'gone');
    await execa('cp', ['-a', path.join(path.dirname(work), 'lost'), work]);
    await restore(where.place);
    expect(await where.left()).not.toContain('gone');
    expect((await container.state()).status).toBe('running');
  });
});
