import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import {
  type Container,
  create,
  doctor,
  events,
  get,
  imageStore,
  list,
  restore,
  run,
  start,
} from '../src/index.ts';
import { testPlace } from './place.ts';

/** What is of no use as any option. */
const NONSENSE: readonly unknown[] = [
  null,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '',
  '\0',
  [null],
  1n,
];
const MORE: readonly unknown[] = [
  Symbol('s'),
  new Map(),
  new Date(Number.NaN),
  Promise.resolve(),
  new Proxy([1], {}),
];

/** Those that some options take; nothing runs for them here. */
const USED: Readonly<Record<string, readonly unknown[]>> = {
  stdin: ['', '\0'],
  cpus: [1.5],
  env: [],
};

const RUN_OPTIONS = [
  ...[
    'image',
    'pull',
    'onPullProgress',
    'args',
    'entrypoint',
    'name',
    'env',
    'user',
    'workdir',
    'hostname',
    'labels',
  ],
  ...[
    'mounts',
    'readonly',
    'diskBytes',
    'network',
    'capabilities',
    'terminal',
    'stopSignal',
    'signal',
    'memoryBytes',
  ],
  ...[
    'cpus',
    'pidsLimit',
    'stateDir',
    'dataDir',
    'namespace',
    'runtime',
    'lingerMs',
    'stdin',
    'stdout',
    'stderr',
  ],
  ...['maxOutputBytes', 'timeoutMs', 'rootfs', 'memory', 'timeout', 'noSuchOption'],
];

describe('bad options', () => {
  needs('linux');

  /** Calls the way that a program does that no compiler has looked at. */
  const call = async (work: (...args: never[]) => unknown, ...args: unknown[]): Promise<unknown> => {
    const result = (work as (...args: unknown[]) => unknown)(...args);
    const { next } = Object(result) as Partial<AsyncGenerator>;
    return next ? (result as AsyncGenerator).next() : result;
  };

  test.each(RUN_OPTIONS)(
    'run and create refuse a bad %s, by its name, before anything is made',
    async (option) => {
      const place = { stateDir: '/no/such/state', dataDir: '/no/such/data' };
      for (const value of [...NONSENSE, ...MORE].filter((each) => !USED[option]?.includes(each))) {
        for (const work of [run, create, start]) {
          const options = { ...place, rootfs: '/', args: ['true'], [option]: value };
          await expect(call(work, options), String(Symbol.for(typeof value))).rejects.toMatchObject({
            code: 'ERR_CONTAINER_ARGUMENT',
            option: expect.stringContaining(option === 'env' || option === 'labels' ? '' : option),
          });
        }
      }
      expect(existsSync(place.stateDir)).toBe(false);
      expect(existsSync(place.dataDir)).toBe(false);
    },
  );

  test('an option that does not exist is refused, with the one that was meant', async () => {
    const meant = {
      memory: 'memoryBytes',
      timeout: 'timeoutMs',
      cwd: 'workdir',
      volumes: 'mounts',
      environment: 'env',
    };
    for (const [option, name] of Object.entries(meant)) {
      const message = `${option} is no option; there is ${name}`;
      await expect(call(run, { rootfs: '/', args: ['true'], [option]: 1 })).rejects.toMatchObject({
        option,
        message,
      });
    }
    const mount = { type: 'bind', source: '/', target: '/x', readOnly: true };
    await expect(call(run, { rootfs: '/', args: ['true'], mounts: [mount] })).rejects.toMatchObject({
      option: 'mounts[0].readOnly',
      message: 'mounts[0].readOnly is no option; there is readonly',
    });
  });

  test.each([list, restore, events, doctor, imageStore])(
    '%o takes options of its own alone',
    async (work) => {
      const bad = [
        null,
        5,
        'x',
        [],
        new Map(),
        { stateDir: 'x' },
        { lingerMs: -1 },
        { signal: {} },
        { filter: 1 },
      ];
      for (const options of bad)
        await expect(call(work, options)).rejects.toMatchObject({ code: 'ERR_CONTAINER_ARGUMENT' });
    },
  );

  test('an old Node.js is told as that', async () => {
    const { withResolvers } = Promise;
    Reflect.deleteProperty(Promise, 'withResolvers');
    const listed = list({ stateDir: '/no/such/state', dataDir: '/no/such/data' });
    Promise.withResolvers = withResolvers;
    await expect(listed).rejects.toMatchObject({ code: 'ERR_CONTAINER_PLATFORM' });
  });

  test('a value that is a secret is in no message', async () => {
    for (const env of [{ 'A=': 'hunter2' }, { A: 'hunter2\0' }]) {
      const error = await call(run, { rootfs: '/', args: ['true'], env }).catch((thrown: unknown) => thrown);
      expect(String(Object(error).message)).not.toContain(Object.values(env)[0]);
    }
  });
});

describe('bad options of a container', () => {
  needs('linux', 'root', 'command runc', 'command busybox');
  const where = testPlace();

  test('every call refuses what it cannot use, and the container is as it was', async () => {
    const { place, rootfs } = where;
    await using made = await create({ ...place, rootfs, args: ['sleep', '1000'] });
    const container = made as unknown as Record<keyof Container, (...args: unknown[]) => unknown>;
    const options = [null, 5, 'x', [], { signal: {} }, { signal: null }, { noSuchOption: 1 }];
    const size = { columns: 80, rows: 24 };
    const archive = Readable.from([]);
    const calls: readonly (readonly [keyof Container, ...unknown[]])[] = [
      ...(
        ['start', 'restart', 'state', 'stats', 'logs', 'wait', 'stop', 'pause', 'resume', 'attach'] as const
      ).flatMap((name) => options.map((each) => [name, each] as const)),
      ...options.flatMap((each) => [
        ['kill', 'SIGCONT', each] as const,
        ['update', each] as const,
        ['exec', ['true'], each] as const,
        ['execDetached', ['true'], each] as const,
        ['resize', size, each] as const,
        ['copyIn', archive, '/', each] as const,
        ['copyOut', '/', each] as const,
      ]),
      ...[null, [], [''], 'true', [1]].map((args) => ['exec', args] as const),
      ...[null, 0, 65, 'SIGNOTHING', '', {}, 'toString'].map((signal) => ['kill', signal] as const),
      ...[null, 5, {}, { columns: 80 }, { columns: 0, rows: 1 }, { columns: 70_000, rows: 1 }].map(
        (each) => ['resize', each] as const,
      ),
      ...[null, 5, 'bytes', [], Buffer.from('x')].map((each) => ['copyIn', each, '/'] as const),
      ...[null, '', 'x', 5].map((each) => ['copyOut', each] as const),
      ...[-1, 1.5, Number.NaN, 2 ** 31, null, '5'].flatMap((number) => [
        ['stop', { graceMs: number }] as const,
        ['stats', { intervalMs: number }] as const,
        ['exec', ['true'], { timeoutMs: number }] as const,
        ['update', { memoryBytes: number === 2 ** 31 ? 0 : number }] as const,
      ]),
      ['update', {}],
      ['logs', { tail: -1 }],
      ['logs', { since: 'yesterday' }],
      ['logs', { since: new Date(Number.NaN) }],
      ['logs', { follow: 'yes' }],
      ['attach', { logs: 1 }],
      ['exec', ['true'], { onStart: 1 }],
      ['exec', ['true'], { stdin: 5 }],
      ['exec', ['true'], { env: ['A=1'] }],
      ['execDetached', ['true'], { timeoutMs: 5 }],
    ];
    for (const [name, ...args] of calls) {
      const work = () => container[name](...args);
      const settled = async () => {
        const result = work();
        const { next } = Object(result) as Partial<AsyncGenerator>;
        return next ? (result as AsyncGenerator).next() : result;
      };
      await expect(settled(), `${String(name)} ${JSON.stringify(args)}`).rejects.toMatchObject({
        code: 'ERR_CONTAINER_ARGUMENT',
        option: expect.any(String),
      });
    }
    expect((await made.state()).status).toBe('created');
    for (const id of [null, 5, '', 1n])
      await expect(get(id as never, place)).rejects.toMatchObject({ option: 'id' });
  });

  test('options of another realm are taken by their shape', async () => {
    const { place, rootfs } = where;
    const given = vm.runInNewContext(
      `({ args: ['sh', '-c', 'cat; echo $A'], env: { A: '1' }, labels: { a: 'b' }, mounts: [{ type: 'tmpfs', target: '/t' }],
        stdin: new Uint8Array([104, 105]) })`,
    );
    expect(await run({ ...place, rootfs, ...given })).toMatchObject({ exitCode: 0, stdout: 'hi1\n' });
  });

  test('an input that fails ends the command, and an output that fails is left out', async () => {
    const { place, rootfs } = where;
    const broken = () =>
      new Readable({
        read() {
          this.destroy(new Error('the tape is torn'));
        },
      });
    await expect(run({ ...place, rootfs, args: ['cat'], stdin: broken() })).rejects.toMatchObject({
      code: 'ERR_CONTAINER_INPUT',
      message: 'the stream that was given as stdin failed: the tape is torn',
      cause: { message: 'the tape is torn' },
    });
    const { createReadStream, createWriteStream } = await import('node:fs');
    const missing = { stdin: createReadStream('/no/such'), stdout: createWriteStream('/no/such/file') };
    await expect(run({ ...place, rootfs, args: ['sleep', '100'], ...missing })).rejects.toMatchObject({
      code: 'ERR_CONTAINER_INPUT',
      cause: { code: 'ENOENT' },
    });
    await using container = await start({ ...place, rootfs, args: ['sleep', '100'] });
    await expect(container.exec(['cat'], { stdin: broken() })).rejects.toMatchObject({
      code: 'ERR_CONTAINER_INPUT',
    });
    const sink = createWriteStream('/no/such/file');
    expect((await container.exec(['echo', 'hi'], { stdout: sink })).stdout).toBe('hi\n');
  });
});
