import { existsSync, readFileSync } from 'node:fs';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  isOciRuntimeError,
  OciRuntime,
  type OciRuntimeError,
  type RuntimeFeatures,
} from '@shimwright/oci-runtime';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { leftovers } from '../../../tools/leftovers.ts';
import { commandLines } from '../../../tools/testing/command-lines.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { sandbox } from '../../../tools/testing/sandbox.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { bench, makeFifo, until } from './fixtures/container.ts';
import { fakeRuntime } from './fixtures/fake-runtime.ts';
import { allRuntimes } from './fixtures/runtimes.ts';

/** A runtime that does what the script says, and a directory for it and a bundle, in which no temporary files may stay. */
async function fake(script: string, options = {}) {
  const { base } = await sandbox();
  const command = `${base}/fake`;
  await writeFile(command, `#!/bin/sh\n${script}\n`);
  await chmod(command, 0o755);
  const runtime = new OciRuntime({ command, tempDir: base, ...options });
  return { base, command, runtime };
}

async function failureOf(promise: Promise<unknown>): Promise<OciRuntimeError> {
  return promise.then(
    () => expect.unreachable('it did not fail'),
    (error) => error,
  );
}

const LOG_TO = `for word; do case $word in --log=*) log=\${word#--log=};; esac; done`;

describe('a runtime', () => {
  needs('linux');

  test('that was killed when it was asked what it can do is asked again', async () => {
    const answer = {
      ociVersionMin: '1.0.0',
      ociVersionMax: '1.0.2',
      annotations: { 'org.opencontainers.runc.checkpoint.enabled': 'false' },
    };
    const { base, runtime } = await fake(`
      case $* in
        *features*) [ -e "$0.asked" ] || { : >"$0.asked"; kill -KILL $$; }; echo '${JSON.stringify(answer)}' ;;
        *) exit 3 ;;
      esac`);
    const codes = [];
    for (let time = 0; time < 2; time += 1)
      codes.push((await failureOf(runtime.checkpoint('web', { imagePath: base }))).code);
    expect(codes).toEqual(['ERR_RUNTIME_FAILED', 'ERR_RUNTIME_UNSUPPORTED']);
  });

  test('that exits without a word is told by its status', async () => {
    const { base, command, runtime } = await fake('exit 3');
    const failure = await failureOf(runtime.create('web', { bundle: base }));

    expect(failure).toMatchObject({
      name: 'OciRuntimeError',
      code: 'ERR_RUNTIME_FAILED',
      message: 'fake create web: it exited with status 3 without a word',
      call: 'create',
      id: 'web',
      command,
      exitCode: 3,
      exitSignal: undefined,
      stderr: '',
      log: [],
    });
    expect(failure.args).toContain(`--bundle=${base}`);
    expect(await readdir(base)).toEqual(['fake']);
  });

  test('that is killed is told by the signal', async () => {
    const { runtime } = await fake('kill -SEGV $$');
    expect(await failureOf(runtime.start('web'))).toMatchObject({
      code: 'ERR_RUNTIME_FAILED',
      message: 'fake start web: it was ended by SIGSEGV without a word',
      exitCode: undefined,
      exitSignal: 'SIGSEGV',
    });
  });

  test('that logs nothing is quoted from its stderr', async () => {
    const { runtime } = await fake('echo first >&2; echo second >&2; exit 1');
    expect(await failureOf(runtime.start('web'))).toMatchObject({
      code: 'ERR_RUNTIME_FAILED',
      message: 'fake start web: first\nsecond',
      stderr: 'first\nsecond',
    });
  });

  test('that logs is quoted from its last error, and all it said is kept', async () => {
    const entries = [
      '{"level":"error","msg":"a cause"}',
      'panic: no JSON',
      '{"level":"error","msg":"the end"}',
    ];
    const echoes = entries.map((entry) => `echo '${entry}' >>$log`).join('; ');
    const { runtime } = await fake(`${LOG_TO}; ${echoes}; echo more >&2; exit 1`);

    expect(await failureOf(runtime.delete('web'))).toMatchObject({
      message: 'fake delete web: the end',
      stderr: 'more',
      log: [
        { level: 'error', message: 'a cause' },
        { level: 'unknown', message: 'panic: no JSON' },
        { level: 'error', message: 'the end' },
      ],
    });
  });

  test.each(['', 'garbage', '{', '[]', '{"id":"web"}', '{"id":"web","status":"odd","pid":1,"bundle":"/"}'])(
    'that prints %j for a state is misunderstood',
    async (printed) => {
      const { runtime } = await fake(`printf '%s' '${printed}'`);
      expect(await failureOf(runtime.state('web'))).toMatchObject({
        code: 'ERR_RUNTIME_OUTPUT',
        message: `fake state web: it reported ${JSON.stringify(printed)}`,
        cause: expect.any(Error),
      });
    },
  );

  test('that prints garbage for anything is misunderstood', async () => {
    const { runtime } = await fake('echo garbage');
    const calls = [
      () => runtime.list(),
      () => runtime.ps('web'),
      () => runtime.stats('web'),
      () => runtime.version(),
      () => runtime.features(),
      () => runtime.events('web').next(),
    ];
    for (const call of calls) expect((await failureOf(call())).code).toBe('ERR_RUNTIME_OUTPUT');
  });

  test('that prints without end is ended', async () => {
    const { runtime } = await fake('exec yes');
    expect(await failureOf(runtime.state('web'))).toMatchObject({ code: 'ERR_RUNTIME_OUTPUT' });
    const { runtime: endless } = await fake('exec tr "\\0" x </dev/zero');
    expect(await failureOf(endless.events('web').next())).toMatchObject({ code: 'ERR_RUNTIME_OUTPUT' });
  });

  test('that claims to have made a container, but names no process, is misunderstood, and is to delete it', async () => {
    const { base, runtime } = await fake(
      `for word; do printf '%s ' "$word"; done >>"$0.said"; echo >>"$0.said"`,
    );
    expect(await failureOf(runtime.create('web', { bundle: base }))).toMatchObject({
      code: 'ERR_RUNTIME_OUTPUT',
      message: 'fake create web: it reported no process id',
    });
    const [, deleted] = (await readFile(path.join(base, 'fake.said'), 'utf8')).split('\n');
    expect(deleted).toMatch(/ delete --force web $/);
  });

  test.each(['', 'abc', '-1', '0', '1', '1e3x'])(
    'that writes %j for a process id is misunderstood',
    async (pid) => {
      const script = `for word; do case $word in --pid-file=*) printf '%s' '${pid}' >\${word#--pid-file=};; esac; done`;
      const { base, runtime } = await fake(script);
      expect(await failureOf(runtime.create('web', { bundle: base }))).toMatchObject({
        code: 'ERR_RUNTIME_OUTPUT',
      });
    },
  );

  test('that does not know a call is told from one that fails', async () => {
    const { runtime } = await fake('echo "unknown command events" >&2; exit 1');
    const fails = { code: 'ERR_RUNTIME_UNSUPPORTED', call: 'events' };
    expect(await failureOf(runtime.stats('web'))).toMatchObject(fails);
    expect(await failureOf(runtime.events('web').next())).toMatchObject(fails);
  });

  test('that hangs is ended with all it started', async () => {
    const { base, runtime } = await fake('echo >"$0.ready"; sh "$0.child"');
    const never = await makeFifo(`${base}/never`);
    await writeFile(`${base}/fake.child`, `read word <${never}\n`);
    for (const call of [
      (signal: AbortSignal) => runtime.state('web', { signal }),
      (signal: AbortSignal) => runtime.delete('web', { signal }),
      (signal: AbortSignal) => runtime.events('web', { signal }).next(),
    ]) {
      const controller = new AbortController();
      const called = call(controller.signal);
      await until(() => existsSync(`${base}/fake.ready`));
      controller.abort(new Error('enough'));
      await expect(called).rejects.toThrow('enough');
      await rm(`${base}/fake.ready`);
    }
    expect((await readdir(base)).toSorted()).toEqual(['fake', 'fake.child', 'never']);
  });

  test('that ignores the loss of all it waits for is killed', async () => {
    const { base, runtime } = await fake('echo >"$0.ready"; while :; do sh "$0.child"; done', {
      abortGraceMs: 20,
      cleanupTimeoutMs: 200,
    });
    const never = await makeFifo(`${base}/never`);
    await writeFile(`${base}/fake.child`, `read word <${never}\n`);
    const controller = new AbortController();

    const created = runtime.create('web', { bundle: base, signal: controller.signal });
    await until(() => existsSync(`${base}/fake.ready`));
    controller.abort();
    // It hangs in the calls for the cleanup as well.
    expect(await failureOf(created)).toMatchObject({
      code: 'ERR_RUNTIME_CLEANUP',
      call: 'create',
      id: 'web',
      cause: expect.objectContaining({ code: 'ERR_RUNTIME_TIMEOUT' }),
    });
  });

  test('whose hook left a daemon with its stderr does not hold up a call', async () => {
    const { base, runtime } = await fake('sh "$0.child" & exit 0');
    const [never, pids] = [await makeFifo(`${base}/never`), `${base}/pids`];
    await writeFile(`${base}/fake.child`, `echo $$ >>${pids}\nread word <${never}\n`);

    await runtime.start('web');
    await runtime.delete('web');
    await until(() => existsSync(pids) && readFileSync(pids, 'utf8').split('\n').length === 3);
    for (const pid of (await readFile(pids, 'utf8')).trim().split('\n')) process.kill(Number(pid));
    await until(() => leftovers(path.basename(base)).length === 0);
  });

  test('that is missing, no file or not executable is named', async () => {
    const base = await tempDir({ plain: 'no program' });
    const fails = (command: string, why: string) => ({
      code: 'ERR_RUNTIME_NOT_FOUND',
      command,
      message: expect.stringContaining(why),
    });
    const version = (command: string) => failureOf(new OciRuntime({ command }).version());

    expect(await version(`${base}/none`)).toMatchObject(fails(`${base}/none`, 'does not exist'));
    expect(await version(`${base}/plain/none`)).toMatchObject(
      fails(`${base}/plain/none`, 'cannot be reached'),
    );
    expect(await version(`${base}/plain`)).toMatchObject(fails(`${base}/plain`, 'is not executable'));
    expect(await version(`${base}/`)).toMatchObject(fails(`${base}/`, 'is no file'));
    expect(await version('no-such-runtime')).toMatchObject(fails('no-such-runtime', 'is not on the PATH'));
  });

  test('that was removed after its first call is named', async () => {
    const { command, runtime } = await fake('echo runc version 1');
    await runtime.version();
    await rm(command);
    expect(await failureOf(runtime.version())).toMatchObject({
      code: 'ERR_RUNTIME_NOT_FOUND',
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
  });

  test('whose interpreter is missing is named', async () => {
    const base = await tempDir({ fake: '#!/no/such/interpreter\n' });
    await chmod(`${base}/fake`, 0o755);
    const runtime = new OciRuntime({ command: `${base}/fake` });
    expect(await failureOf(runtime.version())).toMatchObject({ code: 'ERR_RUNTIME_NOT_FOUND' });
  });
});

describe('before a runtime is started', () => {
  const runtime = new OciRuntime({ command: '/no/such/runtime' });
  const refused = { code: 'ERR_RUNTIME_ARGUMENT', args: undefined };

  test.each(['', '.', '..', '../web', 'a/b', '-web', '--all', 'web\n', 'w b', 'a\0b', 'é', 'x'.repeat(256)])(
    'the id %j is refused by every call',
    async (id) => {
      const calls = [
        () => runtime.create(id, { bundle: '/' }),
        () => runtime.run(id, { bundle: '/' }),
        () => runtime.start(id),
        () => runtime.state(id),
        () => runtime.exec(id, ['true']),
        () => runtime.kill(id),
        () => runtime.delete(id, { force: true }),
        () => runtime.pause(id),
        () => runtime.resume(id),
        () => runtime.update(id, {}),
        () => runtime.ps(id),
        () => runtime.stats(id),
        async () => runtime.events(id),
        () => runtime.checkpoint(id, { imagePath: '/tmp' }),
        () => runtime.restore(id, { bundle: '/', imagePath: '/tmp' }),
      ];
      for (const call of calls) expect(await failureOf(call())).toMatchObject(refused);
    },
  );

  test.each([
    ['an empty command', () => runtime.exec('web', [])],
    ['a command that is an option', () => runtime.exec('web', ['--detach'])],
    ['a word with a NUL', () => runtime.exec('web', ['echo', 'a\0b'])],
    ['a variable with a NUL', () => runtime.exec('web', ['true'], { env: { A: '\0' } })],
    ['a variable with a "=" in its name', () => runtime.exec('web', ['true'], { env: { 'A=B': 'c' } })],
    ['a group that is no number', () => runtime.exec('web', ['true'], { additionalGids: [Number.NaN] })],
    ['an empty specification', () => runtime.exec('web', { args: [], cwd: '/' })],
    [
      'a specification and a directory',
      () => runtime.exec('web', { args: ['true'], cwd: '/' }, { cwd: '/' }),
    ],
    ['a bundle that is not there', () => runtime.create('web', { bundle: '/no/such/bundle' })],
    ['a bundle with a NUL', () => runtime.create('web', { bundle: '/\0' })],
    ['an empty bundle', () => runtime.create('web', { bundle: '' })],
    ['an empty pid file', () => runtime.create('web', { bundle: '/', pidFile: '' })],
    ['a signal there is not', () => runtime.kill('web', 'SIGNOT' as 'SIGHUP')],
    ['the signal 0', () => runtime.kill('web', 0)],
    ['the signal 65', () => runtime.kill('web', 65)],
    ['the signal 1.5', () => runtime.kill('web', 1.5)],
    ['a negative interval', async () => runtime.events('web', { intervalMs: -1 })],
    ['a root with a NUL', async () => new OciRuntime({ root: '/\0' })],
    ['a command with a NUL', async () => new OciRuntime({ command: '/\0' })],
  ])('%s is refused', async (_, call) => {
    expect(await failureOf(call())).toMatchObject(refused);
  });
});

describe('runc', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  test('gives its statistics, once and at intervals, until the container is gone', async () => {
    const place = await bench();
    const id = place.id('web');
    await place.runtime.run(id, { bundle: await place.bundle(id), detach: true });

    const stats = await place.runtime.stats(id);
    expect(stats.pids?.current).toBe(1);
    expect(stats.memory?.usage?.usage).toBeGreaterThan(0);
    const types: string[] = [];
    for await (const event of place.runtime.events(id, { intervalMs: 10 })) {
      expect(event).toMatchObject({ id, data: { cpu: expect.anything() } });
      types.push(event.type);
      if (types.length === 3) await place.runtime.delete(id, { force: true });
    }
    expect(new Set(types)).toEqual(new Set(['stats']));
    expect(await failureOf(place.runtime.events(id).next())).toMatchObject({ code: 'ERR_RUNTIME_NOT_EXIST' });
  });

  test('tells when the kernel killed a process for want of memory', async () => {
    const place = await bench();
    const id = place.id('web');
    await place.runtime.run(id, { bundle: await place.bundle(id), detach: true });
    await place.runtime.update(id, { memory: { limit: 8 * 1024 * 1024, swap: 8 * 1024 * 1024 } });
    const events = place.runtime.events(id, { intervalMs: 10 });

    await events.next();
    const greedy = place.runtime.exec(id, ['sh', '-c', 'x=12345678; while :; do x=$x$x; done']);
    for await (const { type } of events) if (type === 'oom') break;
    expect((await greedy).exitCode).toBe(137);
    await place.runtime.delete(id, { force: true });
  });

  test('is ended when nobody wants its events any more', async () => {
    const place = await bench();
    const id = place.id('web');
    await place.runtime.run(id, { bundle: await place.bundle(id), detach: true });
    const controller = new AbortController();

    for await (const _ of place.runtime.events(id, { intervalMs: 10 })) break;
    const events = place.runtime.events(id, { intervalMs: 10, signal: controller.signal });
    await events.next();
    controller.abort();
    const rest = (async () => {
      for await (const _ of events); // what came before the abort may still be given
    })();
    await expect(rest).rejects.toBe(controller.signal.reason);
    expect(commandLines().join('\n')).not.toContain(`events --interval=10ms ${id}`);
    await place.runtime.delete(id, { force: true });
  });

  test('says what it can do', async () => {
    const features = await new OciRuntime({ command: 'runc' }).features();
    expect(features.hooks).toContain('createRuntime');
    expect(features.linux['namespaces']).toContain('pid');
  });

  test('fails to save and restore a container where criu does', async () => {
    const place = await bench({ criu: '/no/such/criu' });
    const id = place.id('web');
    const bundle = await place.bundle(id);
    await place.runtime.run(id, { bundle, detach: true });
    const imagePath = place.file('image');

    const failure = await failureOf(place.runtime.checkpoint(id, { imagePath, leaveRunning: true }));
    expect(failure).toMatchObject({ code: 'ERR_RUNTIME_FAILED', call: 'checkpoint', id });
    expect(failure.message).toContain('criu');
    await place.runtime.delete(id, { force: true });
    expect(await failureOf(place.runtime.restore(id, { bundle, imagePath }))).toMatchObject({
      code: 'ERR_RUNTIME_FAILED',
      call: 'restore',
      id,
    });
    expect(await place.runtime.list()).toEqual([]);
  });

  test('that got stuck after it made a container is killed, and the container deleted', async () => {
    const place = await bench();
    const [command, never] = [place.file('stuck'), await makeFifo(place.file('never'))];
    const stuck = `echo >${place.file('made')}; while :; do sh ${place.file('child')}; done`;
    await writeFile(place.file('child'), `read word <${never}\n`);
    await writeFile(
      command,
      `#!/bin/sh\nrunc "$@"\nstatus=$?\ncase "$*" in *" create "*) ${stuck};; esac\nexit $status\n`,
    );
    await chmod(command, 0o755);
    const root = place.sandbox.runtimeRoot;
    const runtime = new OciRuntime({ command, root, abortGraceMs: 20, tempDir: place.sandbox.base });
    const id = place.id('web');
    const controller = new AbortController();

    const created = runtime.create(id, { bundle: await place.bundle(id), signal: controller.signal });
    await until(() => existsSync(place.file('made')));
    expect(await place.runtime.list()).toHaveLength(1);
    controller.abort();
    await expect(created).rejects.toBe(controller.signal.reason);
    expect(await place.runtime.list()).toEqual([]);
  });
});

describe.each(allRuntimes())('$title, by what it says that it has,', ({ name, command, gate }) => {
  gate();

  test('gives statistics and events, or does not know them', async () => {
    const runtime = new OciRuntime({ command, root: await tempDir() });
    const fails = { code: name === 'crun' ? 'ERR_RUNTIME_UNSUPPORTED' : 'ERR_RUNTIME_NOT_EXIST' };
    expect(await failureOf(runtime.stats('web'))).toMatchObject(fails);
    expect(await failureOf(runtime.events('web').next())).toMatchObject(fails);
  });

  test('saves and restores containers, or was built without', async () => {
    const base = await tempDir({ 'config.json': '{}' });
    const runtime = new OciRuntime({ command, root: `${base}/root` });
    const features = await runtime.features().catch((error: unknown) => error);
    if (isOciRuntimeError(features)) expect(features.code).toBe('ERR_RUNTIME_UNSUPPORTED');
    const saved = await failureOf(runtime.checkpoint('web', { imagePath: base }));
    const restored = await failureOf(runtime.restore('web', { bundle: base, imagePath: base }));
    const can = !isOciRuntimeError(features) && (features as RuntimeFeatures).checkpoint === true;
    expect([saved.code, restored.code]).toEqual(
      can
        ? ['ERR_RUNTIME_NOT_EXIST', 'ERR_RUNTIME_FAILED']
        : ['ERR_RUNTIME_UNSUPPORTED', 'ERR_RUNTIME_UNSUPPORTED'],
    );
  });

  test('tells its features in the words of the specification, where it tells any', async () => {
    const features = await new OciRuntime({ command })
      .features()
      .catch((error: OciRuntimeError) => error.code);
    if (features === 'ERR_RUNTIME_UNSUPPORTED') return; // crun before 1.8.6, runc before 1.1
    expect(features).toMatchObject({
      ociVersionMin: '1.0.0',
      hooks: expect.arrayContaining(['createRuntime', 'poststop']),
      linux: {
        namespaces: expect.arrayContaining(['pid', 'mount']),
        cgroup: { v1: true, v2: true, systemd: true },
        seccomp: { enabled: true, actions: expect.arrayContaining(['SCMP_ACT_ERRNO']) },
      },
    });
  });
});

describe('what a runtime says that it was built without', () => {
  needs('linux');

  const say = (features: object) =>
    `case "$*" in *" features"*) echo '${JSON.stringify(features)}'; exit 0;; esac; exit 1`;
  const versions = { ociVersionMin: '1.0.0', ociVersionMax: '1.2.0' };

  test('criu, is not asked of it', async () => {
    const annotations = { 'run.oci.crun.checkpoint.enabled': 'false' };
    const { runtime, runs, lastArgs } = await fakeRuntime(say({ ...versions, annotations }));
    const unsupported = { code: 'ERR_RUNTIME_UNSUPPORTED', id: 'web', args: undefined };
    expect(await failureOf(runtime.checkpoint('web', { imagePath: '/tmp' }))).toMatchObject(unsupported);
    expect(await failureOf(runtime.restore('web', { bundle: '/', imagePath: '/tmp' }))).toMatchObject(
      unsupported,
    );
    expect([await runs(), (await lastArgs()).at(-1)]).toEqual([1, 'features']); // asked once
  });

  test('systemd, is not asked of it', async () => {
    const { runtime, runs } = await fakeRuntime(say({ ...versions, linux: { cgroup: { systemd: false } } }), {
      systemdCgroup: true,
    });
    const unsupported = { code: 'ERR_RUNTIME_UNSUPPORTED', id: 'web' };
    expect(await failureOf(runtime.create('web', { bundle: '/' }))).toMatchObject(unsupported);
    expect(await failureOf(runtime.run('web', { bundle: '/' }))).toMatchObject(unsupported);
    expect(await runs()).toBe(1);
  });
});

test('importing the package loads no execa, nor does making a runtime', async () => {
  const program = `
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    const { OciRuntime } = await import('@shimwright/oci-runtime');
    new OciRuntime({ root: '/run/x' });
    const before = urls.some((url) => url.includes('/execa/'));
    await new OciRuntime({ command: '/bin/false' }).list().catch(() => {});
    console.log(JSON.stringify([before, urls.some((url) => url.includes('/execa/'))]));`;
  const args = ['--conditions=@shimwright/source', '--input-type=module', '--eval', program];
  const { stdout } = await execa(process.execPath, args, { cwd: import.meta.dirname });
  expect(JSON.parse(stdout)).toEqual([false, true]);
});

test('the log of a call is private, and gone after it', async () => {
  const { base, runtime } = await fake(`${LOG_TO}; stat -c %a "$(dirname "$log")" >"$0.mode"; exit 1`);
  await expect(runtime.list()).rejects.toThrow();
  expect(await readFile(`${base}/fake.mode`, 'utf8')).toBe('700\n');
  expect((await readdir(base)).toSorted()).toEqual(['fake', 'fake.mode']);
});
