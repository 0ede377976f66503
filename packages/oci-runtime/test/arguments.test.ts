import { readdir, writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import vm from 'node:vm';
import {
  isOciRuntimeError,
  OciRuntime,
  OciRuntimeError,
  type OciRuntimeOptions,
  type RuntimeExecOptions,
  type RuntimeSpawn,
} from '@shimwright/oci-runtime';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { fakeRuntime } from './fixtures/fake-runtime.ts';

const refused = { code: 'ERR_RUNTIME_ARGUMENT', args: undefined };

/** The same as `value`, made in a context of its own: a Jest test runs in such a one. */
const foreign = (code: string): unknown => vm.runInNewContext(code, { AbortController, EventTarget, Event });

describe('a runtime is not made', () => {
  test.each<[string, unknown]>([
    ['without options', null],
    ['of a list', []],
    ['of an empty command', { command: '' }],
    ['with a time that is NaN', { timeoutMs: Number.NaN }],
    ['with no time', { timeoutMs: 0 }],
    ['with a negative time', { timeoutMs: -1 }],
    ['with a time that no timer can wait', { timeoutMs: 2 ** 31 }],
    ['with a time that is a text', { timeoutMs: '5' }],
    ['with a grace of NaN', { abortGraceMs: Number.NaN }],
    ['with a grace without end', { abortGraceMs: Number.POSITIVE_INFINITY }],
    ['with a grace that no timer can wait', { abortGraceMs: 2 ** 31 }],
    ['with a time to clean up of 1.5', { cleanupTimeoutMs: 1.5 }],
    ['with a driver that is a text', { systemdCgroup: 'yes' }],
    ['with a doubt', { rootless: 'maybe' }],
    ['with a number for debug', { debug: 1 }],
    ['with a spawn that is none', { spawn: 'execa' }],
    ['with an environment that is a list', { env: ['A=b'] }],
    ['with an environment that is a map', { env: new Map([['A', 'b']]) }],
    ['with a variable that is a number', { env: { A: 1 } }],
    ['with a variable without a name', { env: { '': 'b' } }],
    ['with a variable with a "=" in its name', { env: { 'A=B': 'c' } }],
    ['with an empty temporary directory', { tempDir: '' }],
    ['with a command that is a number', { command: 7 }],
  ])('%s', (_, options) => {
    expect(() => new OciRuntime(options as OciRuntimeOptions)).toThrow(expect.objectContaining(refused));
  });
});

describe('before a runtime is started', () => {
  needs('linux');

  test.each<[string, object]>([
    ['a signal that is none', { signal: 'abort' }],
    ['a signal that only looks like one', { signal: { aborted: false } }],
    ['a time of NaN', { timeoutMs: Number.NaN }],
    ['no time', { timeoutMs: 0 }],
    ['a text for a yes', { detach: 'yes' }],
    ['a capability that is no list', { capabilities: 'CAP_KILL' }],
    ['groups that are no list', { additionalGids: 7 }],
    ['descriptors that are no list', { preserveFds: 7 }],
    ['an environment that is a list', { env: ['A=b'] }],
    ['a variable that is a number', { env: { A: 1 } }],
  ])('%s is refused', async (_, options) => {
    const { runtime, runs } = await fakeRuntime('exit 0');
    const call = runtime.exec('web', ['true'], options as RuntimeExecOptions & { detach?: false });
    await expect(call).rejects.toMatchObject(refused);
    expect(await runs()).toBe(0);
  });

  test.each(['exec', 'update'] as const)('a number that cannot be said to %s is refused', async (call) => {
    const { runtime, runs } = await fakeRuntime('exit 0');
    const limits = [{ type: 'RLIMIT_CORE', soft: 0, hard: Number.POSITIVE_INFINITY }];
    const called =
      call === 'exec'
        ? runtime.exec('web', { args: ['true'], cwd: '/', rlimits: limits })
        : runtime.update('web', { memory: { limit: Number.NaN } });
    await expect(called).rejects.toMatchObject(refused);
    expect(await runs()).toBe(0);
  });

  test('a directory for temporary files that is not there is named', async () => {
    const base = await tempDir({ file: '' });
    for (const tempDir of [`${base}/none`, `${base}/file`]) {
      const runtime = new OciRuntime({ command: '/bin/true', tempDir });
      const fails = { ...refused, message: expect.stringContaining(tempDir), cause: expect.anything() };
      await expect(runtime.list()).rejects.toMatchObject(fails);
      await expect(runtime.state('web')).rejects.toMatchObject(fails);
    }
  });

  test('a bundle that cannot be reached is named', async () => {
    const runtime = new OciRuntime({ command: '/bin/true' });
    const bundle = `/${'x'.repeat(300)}`;
    await expect(runtime.create('web', { bundle })).rejects.toMatchObject({
      ...refused,
      cause: expect.objectContaining({ code: 'ENAMETOOLONG' }),
    });
  });
});

describe('of another realm', () => {
  needs('linux');

  test('lists, objects and typed arrays are taken', async () => {
    const { runtime, lastArgs } = await fakeRuntime('exit 0');
    const words = foreign('["true", "x"]') as string[];
    const options = foreign(
      '({ detach: false, additionalGids: new Uint32Array([7, 8]), capabilities: ["CAP_KILL"], env: { A: "b" } })',
    );
    await runtime.exec('web', words, options as { detach: false });
    expect(await lastArgs()).toEqual(
      expect.arrayContaining([
        '--env=A=b',
        '--additional-gids=7',
        '--additional-gids=8',
        '--cap=CAP_KILL',
        'true',
        'x',
      ]),
    );
  });

  test('a signal is obeyed, whatever its class', async () => {
    const { runtime, started } = await fakeRuntime('echo $$ >"$0.started"; exec sleep 1000');
    const controller = foreign(`
      class OwnSignal extends EventTarget { aborted = false; reason = undefined; }
      ({ signal: new OwnSignal(), abort(reason) {
        Object.assign(this.signal, { aborted: true, reason });
        this.signal.dispatchEvent(new Event('abort'));
      } })`) as AbortController;
    const called = runtime.state('web', { signal: controller.signal });
    await started();
    const reason = foreign('new Error("enough")');
    controller.abort(reason);
    await expect(called).rejects.toBe(reason);
    await expect(runtime.state('web', { signal: controller.signal })).rejects.toBe(reason);
  });

  test('a failure is known by what it is', () => {
    const ours = new OciRuntimeError('ERR_RUNTIME_STATE', 'it runs');
    const theirs = foreign(
      'Object.assign(new Error("it runs"), { name: "OciRuntimeError", code: "ERR_RUNTIME_STATE" })',
    );
    expect([ours, theirs].map(isOciRuntimeError)).toEqual([true, true]);
    for (const other of [
      new Error('x'),
      { code: 'ERR_RUNTIME_STATE' },
      null,
      'ERR_RUNTIME_STATE',
      { name: 'OciRuntimeError', code: 7 },
    ]) {
      expect(isOciRuntimeError(other)).toBe(false);
    }
  });
});

describe('what a command is given in its environment', () => {
  needs('linux');

  const SECRET = 'correct-horse-battery';

  test.each([
    ['fails', 'exit 1'],
    ['is misunderstood', 'exit 0'],
  ])('is not shown by an error of a runtime that %s', async (_, script) => {
    const { runtime } = await fakeRuntime(script, { env: { no_pid: 'yes' } });
    const failure = await failureOf(runtime.exec('web', ['true'], { env: { TOKEN: SECRET }, detach: true }));
    expect(shown(failure)).not.toContain(SECRET);
    expect(failure.args).toContain(`--env=TOKEN=${SECRET}`);
  });

  const failingSpawn: RuntimeSpawn = ({ command, args }) => {
    throw Object.assign(new Error(`spawn ${command} ENOENT`), { code: 'ENOENT', spawnargs: args });
  };

  test.each([undefined, failingSpawn])(
    'is not shown by an error of a runtime that cannot be started',
    async (spawn) => {
      const base = await tempDir();
      await writeFile(`${base}/fake`, '#!/no/such/interpreter\n', { mode: 0o755 });
      const runtime = new OciRuntime({ command: `${base}/fake`, spawn });
      const failure = await failureOf(runtime.exec('web', ['true'], { env: { TOKEN: SECRET } }));
      expect(failure).toMatchObject({ code: 'ERR_RUNTIME_NOT_FOUND', cause: { code: 'ENOENT' } });
      expect(shown(failure)).not.toContain(SECRET);
    },
  );

  test('is not shown by an error of a variable that cannot be', async () => {
    const runtime = new OciRuntime({ command: '/bin/true' });
    const failure = await failureOf(runtime.exec('web', ['true'], { env: { TOKEN: `${SECRET}\0` } }));
    expect(shown(failure)).not.toContain(SECRET);
  });

  /** All that loggers and senders of errors show. */
  function shown(error: Error): string {
    const { cause } = error as { cause?: unknown };
    return [error, cause]
      .map((each) => `${inspect(each)} ${JSON.stringify(each)} ${String(each)}`)
      .join('\n');
  }
});

describe('a call that takes too long', () => {
  needs('linux');

  test.each<[string, (runtime: OciRuntime) => Promise<unknown>]>([
    ['state', (runtime) => runtime.state('web')],
    ['create', (runtime) => runtime.create('web', { bundle: '/' })],
    ['events', (runtime) => runtime.events('web', { timeoutMs: 50 }).next()],
    ['exec', (runtime) => runtime.exec('web', ['true'], { timeoutMs: 50 })],
  ])('%s is ended with all it started', async (name, call) => {
    const { runtime, base } = await fakeRuntime(
      'case "$*" in *" state "* | *" delete "*) [ "$hang" ] || exit 1;; esac; sleep 1000',
      {
        timeoutMs: 50,
        abortGraceMs: 10,
        env: { hang: name === 'state' ? 'yes' : undefined },
      },
    );
    const failure = await failureOf(call(runtime));
    expect(failure).toMatchObject({
      // A container may have been made: that it cannot be looked for here is told.
      code: name === 'create' ? 'ERR_RUNTIME_CLEANUP' : 'ERR_RUNTIME_TIMEOUT',
      call: name,
      id: 'web',
    });
    expect((await readdir(base)).filter((each) => each.startsWith('oci-runtime-'))).toEqual([]);
  });

  test('has a time of its own before that of the runtime', async () => {
    const { runtime } = await fakeRuntime('sleep 0.2; echo "[]"', { timeoutMs: 50 });
    await expect(runtime.list({ timeoutMs: Number.POSITIVE_INFINITY })).resolves.toEqual([]);
    await expect(runtime.list()).rejects.toMatchObject({
      code: 'ERR_RUNTIME_TIMEOUT',
      message: 'fake list: it did not end within 50 ms',
    });
  });
});

async function failureOf(promise: Promise<unknown>): Promise<OciRuntimeError> {
  return promise.then(
    () => expect.unreachable('it did not fail'),
    (error) => error,
  );
}
