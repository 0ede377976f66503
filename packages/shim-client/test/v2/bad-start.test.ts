import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BootstrapParams, BootstrapResult } from '@shimwright/shim-api/bootstrap';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { EventsLink } from '../../src/v2/events-link.ts';
import { bundleLink, prepareEventsPlace } from '../../src/v2/events-place.ts';
import { newTaskClient, type TaskStartOptions, withTaskConnect, withTaskStart } from '../../src/v2.ts';
import { answering, served } from './fixtures/fake-shim.ts';
import {
  forwardersOf,
  madeIn,
  script,
  type TaskBundle,
  type TaskBundleOptions,
  taskBundle,
} from './fixtures/task-bundle.ts';

const ALIVE = { connect: () => ({ shimPid: 0 }) };

// What takes the events is a process of Node's: one for all of them is enough.
let daemonAddress = '';
let link: EventsLink;

beforeAll(async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'shimwright-test-'));
  daemonAddress = path.join(home, 'daemon.sock');
  link = await EventsLink.of(prepareEventsPlace(daemonAddress), home);
  return async () => {
    link.release(home, true);
    await vi.waitUntil(() => forwardersOf({ daemonAddress }).length === 0, { timeout: 30_000 });
    await rm(home, { recursive: true });
  };
});

/** A bundle whose events go to the one that all have. */
async function newBundle(options: TaskBundleOptions = {}): Promise<TaskBundle> {
  const box = await taskBundle(options);
  return { ...box, start: { ...box.start, daemonAddress } };
}

async function failureOf({ config, start }: TaskBundle, options: Partial<TaskStartOptions>) {
  return newTaskClient(config, withTaskStart({ ...start, ...options })).then(
    () => 'it started',
    (error: unknown) => error,
  );
}

/** An ELF head of a machine that this is not. */
function foreignElf(): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18);
  return head;
}

/** Listens at a path and says what it is told to. */
async function listening(box: TaskBundle, greeting?: string): Promise<string> {
  const socket = path.join(box.base, 'shim.sock');
  const server = createServer((peer) => {
    peer.on('error', () => {}).resume();
    if (greeting !== undefined) peer.end(greeting);
    onTestFinished(() => void peer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  return `unix://${socket}`;
}

type Make = (box: TaskBundle) => Promise<string>;
const answer =
  (text: string | Uint8Array): Make =>
  (box) =>
    answering(box, text);
const json = (given: object) =>
  answer(JSON.stringify({ version: 3, address: 'unix:///a', protocol: 'ttrpc', ...given }));
const result = BootstrapResult.encode({
  ...{ version: 3, address: `unix:///${'a'.repeat(60)}`, protocol: 'ttrpc' },
  ...{ capabilities: [], metadata: {} },
}).finish();

const BAD: readonly [what: string, code: string, make: Make, options?: Partial<TaskStartOptions>][] = [
  ['that is missing', 'ERR_SHIM_NOT_FOUND', async ({ base }) => path.join(base, 'none')],
  [
    'that may not be executed',
    'ERR_SHIM_NOT_FOUND',
    async (box) => {
      const file = await script(box, '');
      await chmod(file, 0o644);
      return file;
    },
  ],
  [
    'of another architecture',
    'ERR_SHIM_SPAWN',
    async (box) => {
      const file = await script(box, '');
      await writeFile(file, foreignElf());
      return file;
    },
  ],
  [
    'whose interpreter is missing',
    'ERR_SHIM_NOT_FOUND',
    async (box) => {
      const file = await script(box, '');
      await writeFile(file, '#!/no/such/interpreter\n');
      return file;
    },
  ],
  ['that prints nothing', 'ERR_SHIM_BOOTSTRAP', (box) => script(box, 'exit 0')],
  ['that only prints to stderr', 'ERR_SHIM_BOOTSTRAP', (box) => script(box, 'echo unix:///a >&2')],
  ['that fails', 'ERR_SHIM_EXITED', (box) => script(box, 'echo no luck >&2; exit 3')],
  ['that is killed', 'ERR_SHIM_EXITED', (box) => script(box, 'kill -9 $$')],
  ['that hangs', 'ERR_SHIM_TIMEOUT', (box) => script(box, 'sleep 600'), { startTimeoutMs: 200 }],
  ['that prints 10 MB', 'ERR_SHIM_BOOTSTRAP', (box) => script(box, 'head -c 10000000 /dev/zero')],
  ['that prints without end', 'ERR_SHIM_BOOTSTRAP', (box) => script(box, 'cat /dev/zero')],
  ['that prints half of the JSON', 'ERR_SHIM_BOOTSTRAP', answer('{"version":3,"address":"unix:///a","proto')],
  ['that prints JSON of something else', 'ERR_SHIM_PROTOCOL', answer('{}')],
  ['that prints JSON whose address is a number', 'ERR_SHIM_BOOTSTRAP', json({ address: 3 })],
  ['that prints half of a message', 'ERR_SHIM_BOOTSTRAP', answer(result.subarray(0, 30))],
  ['that wants gRPC', 'ERR_SHIM_PROTOCOL', json({ protocol: 'grpc' })],
  ['of version 4', 'ERR_SHIM_PROTOCOL', json({ version: 4 })],
  ['that is at a relative path', 'ERR_SHIM_BOOTSTRAP', answer('unix://shim.sock')],
  ['that is at an abstract name', 'ERR_SHIM_BOOTSTRAP', answer('/containerd-shim/a.sock')],
  ['that is reached by TCP', 'ERR_SHIM_BOOTSTRAP', answer('tcp://127.0.0.1:1')],
  ['that is at a path that is too long', 'ERR_SHIM_BOOTSTRAP', answer(`unix:///${'a'.repeat(200)}`)],
  ['that is nowhere', 'ERR_SHIM_UNREACHABLE', answer('unix:///nowhere/at/all')],
  [
    'that is at a file which is no socket',
    'ERR_SHIM_ADDRESS',
    async (box) => answering(box, `unix://${path.join(box.config.path, 'config.json')}`),
  ],
  [
    'whose address is of somebody who says nothing',
    'ERR_SHIM_TIMEOUT',
    async (box) => answering(box, await listening(box)),
    { startTimeoutMs: 300 },
  ],
  [
    'whose address is of somebody who speaks something else',
    'ERR_SHIM_BOOTSTRAP',
    async (box) => answering(box, await listening(box, 'HTTP/1.1 400 Bad Request\r\n\r\n')),
  ],
  [
    'whose address is of no shim',
    'ERR_SHIM_BOOTSTRAP',
    async (box) => answering(box, await served(box.base)),
  ],
  [
    'whose address is of a shim that has a container of that id',
    'ERR_SHIM_BOOTSTRAP',
    async (box) => answering(box, await served(box.base, { connect: () => ({ shimPid: 1, taskPid: 1 }) })),
  ],
  [
    'that leaves something behind',
    'ERR_SHIM_BOOTSTRAP',
    (box) => script(box, 'sleep 600 & echo nonsense; touch made'),
  ],
  [
    'that is in a process which others use, and is to be moved into a cgroup',
    'ERR_SHIM_CGROUP',
    async (box) => answering(box, await served(box.base, ALIVE)),
    { cgroup: '/' },
  ],
];

describe('the start of a shim of runtime v2', () => {
  needs('linux', 'root');

  test.each(BAD)('%s fails with %s and leaves nothing', async (_what, code, make, options = {}) => {
    const box = await newBundle();
    const runtime = await make(box);
    const failure = await failureOf(box, { ...options, runtime });
    expect(failure).toMatchObject({ code, message: expect.stringMatching(/./) });
    expect(madeIn(box.config)).toEqual([]);
    expect(readdirSync(link.place.bundles)).not.toContain(
      path.basename(bundleLink(link.place, box.config.path)),
    );
  });

  test('that fails tells what it said', async () => {
    const box = await newBundle();
    const failure = await failureOf(box, { runtime: await script(box, 'echo no luck >&2; exit 3') });
    expect(failure).toMatchObject({
      stderr: 'no luck',
      exitCode: 3,
      message: expect.stringContaining('no luck'),
    });
  });

  test.each(['', '.', 'runc', 'io.containerd../../bin/sh.v2', 'io.containerd.runc.v2\0', './shim', 'a b.v2'])(
    'of the runtime %j is refused before anything is made',
    async (runtime) => {
      const box = await newBundle();
      expect(await failureOf(box, { runtime })).toMatchObject({ code: 'ERR_SHIM_RUNTIME' });
      expect(madeIn(box.config)).toEqual([]);
    },
  );

  test('whose bundle is gone, or has another name than its id, is refused', async () => {
    const box = await newBundle();
    const runtime = await script(box, '');
    const gone = { ...box.config, id: 'gone', path: path.join(box.state, 'gone') };
    const renamed = { ...box.config, id: 'renamed' };
    for (const config of [gone, renamed]) {
      expect(await failureOf({ ...box, config }, { runtime })).toMatchObject({ code: 'ERR_SHIM_BUNDLE' });
    }
  });

  test('that prints to stderr and goes on succeeds', async () => {
    const box = await newBundle();
    const address = await served(box.base, ALIVE);
    const runtime = await script(
      box,
      `echo warning > /dev/stderr; echo ${address}; head -c 30000 /dev/zero >&2`,
    );
    await using shim = await newTaskClient(box.config, withTaskStart({ ...box.start, runtime }));
    expect(await shim.isAlive()).toBe(true);
  });

  test.each([
    ['a plain address', (address: string) => `${address}\n`, 2],
    ['JSON', (address: string) => JSON.stringify({ version: 3, address, protocol: 'ttrpc' }), 3],
    [
      'a BootstrapResult',
      (address: string) =>
        BootstrapResult.encode(
          BootstrapResult.fromPartial({ version: 3, address, protocol: 'ttrpc' }),
        ).finish(),
      3,
    ],
  ] as const)('takes %s for an answer, and so does who connects later', async (_kind, answerOf, version) => {
    const box = await newBundle();
    const address = await served(box.base, ALIVE);
    const runtime = await answering(box, answerOf(address));
    await (await newTaskClient(box.config, withTaskStart({ ...box.start, runtime }))).close();
    const { default: noted } = await import(path.join(box.config.path, 'bootstrap.json'), {
      with: { type: 'json' },
    });
    expect(noted).toEqual({ version, address, protocol: 'ttrpc' });
    await using shim = await newTaskClient(box.config, withTaskConnect());
    expect(await shim.isAlive()).toBe(true);
  });

  test('gives a shim the newest form first, and afterwards the one that it takes', async () => {
    const box = await newBundle();
    const second = await newBundle({ box, name: 'two' });
    const address = await served(box.base, ALIVE);
    const seen = path.join(box.base, 'seen');
    const runtime = await script(
      box,
      `cat > in; wc -c < in >> ${seen}; if grep -q ${box.token} in; then echo refused >&2; exit 1; fi; echo ${address}`,
    );
    for (const { config, start } of [box, second]) {
      const plain = { ...config, options: undefined };
      await (await newTaskClient(plain, withTaskStart({ ...start, runtime }))).close();
    }
    const sizes = readFileSync(seen, 'utf8').trim().split('\n').map(Number);
    expect(sizes).toEqual([expect.any(Number), 0, 0]);
    expect(sizes[0]).toBeGreaterThan(BootstrapParams.encode(BootstrapParams.fromPartial({})).finish().length);
  });
});
