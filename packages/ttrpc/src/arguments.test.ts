import { duplexPair } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { connected, serving } from '../test/fixtures/peers.ts';
import { shimState } from '../test/fixtures/shim-state.ts';
import { connect, type Interceptor, inProcess, TtrpcClient, TtrpcServer } from './index.ts';

const refused = expect.objectContaining({ name: 'TtrpcError', code: 'ERR_TTRPC_ARGUMENT' });
const state = ({ id }: { readonly id: string }) => ({ id });

const passOn: Interceptor = (next) => (call) => next(call);

describe.each([
  [
    'through an interceptor',
    async () => (await connected((await serving(state)).socket, { interceptors: [passOn] })).shim,
  ],
  ['over a connection', async () => (await connected((await serving(state)).socket)).shim],
  [
    'in this process',
    async () => inProcess(shimState, { state, missing: () => Promise.reject(new Error('never called')) }),
  ],
])('a call %s', (_, shimOf) => {
  test.each([
    { timeoutMs: Number.NaN },
    { timeoutMs: '100' },
    { metadata: { a: 'bc' } },
    { metadata: { a: [1] } },
    { metadata: { a: undefined } },
    { metadata: 'abc' },
    { metadata: [] },
    { metadata: new Map([['a', ['b']]]) },
    { metadata: new Headers({ a: 'b' }) },
    { signal: {} },
    { signal: 5 },
    { signal: null },
    null,
    5,
    'options',
  ])('is refused with %o, and the next one works', async (options) => {
    const shim = await shimOf();
    await expect(shim.state({ id: 'a' }, options as never)).rejects.toEqual(refused);
    expect(await shim.state({ id: 'a' })).toMatchObject({ id: 'a' });
  });

  test.each([
    {},
    { timeoutMs: undefined, metadata: undefined, signal: undefined },
    { timeoutMs: Number.POSITIVE_INFINITY, metadata: {} },
    { signal: runInNewContext('signal', { signal: new AbortController().signal }) },
  ])('may have %o', async (options) => {
    expect(await (await shimOf()).state({ id: 'a' }, options as never)).toMatchObject({ id: 'a' });
  });
});

test.each([undefined, null, '', 5, true, {}, { port: -1 }])(
  '%o is no target, to connect to or to listen at',
  async (target) => {
    await expect(connect(target as never)).rejects.toEqual(refused);
    await expect(new TtrpcServer().listen(target as never)).rejects.toEqual(refused);
  },
);

test.each([null, 5, { signal: 5 }])('options %o of connect and shutdown are refused', async (options) => {
  await expect(connect('/nobody/listens/there', options as never)).rejects.toEqual(refused);
  await expect(new TtrpcServer().shutdown(options as never)).rejects.toEqual(refused);
});

const NO_LIMITS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null, 2 ** 53];

describe('limits', () => {
  test.each(
    ['maxConcurrentCalls', 'maxPendingBytes', 'maxUnreadBytes', 'maxStallMs'].flatMap((name) =>
      NO_LIMITS.map((value) => ({ [name]: value })),
    ),
  )('of a server are whole numbers from 1 on, and not %o', (options) => {
    expect(() => new TtrpcServer(options as never)).toThrow(refused);
  });

  test.each(
    ['maxPendingBytes', 'maxUnreadBytes'].flatMap((name) => NO_LIMITS.map((value) => ({ [name]: value }))),
  )('of a client are whole numbers from 1 on, and not %o', async (options) => {
    expect(() => TtrpcClient.over(duplexPair()[0], options as never)).toThrow(refused);
    await expect(connect('/nobody/listens/there', options as never)).rejects.toEqual(refused);
  });

  test('of time are no longer than a timer can be', () => {
    expect(() => new TtrpcServer({ maxStallMs: 2 ** 31 })).toThrow(refused);
    expect(new TtrpcServer({ maxStallMs: 2 ** 31 - 1 })).toBeInstanceOf(TtrpcServer);
  });
});

describe('what is no function', () => {
  test.each([{ authorize: true }, { onError: 'log' }, { interceptors: [5] }, { interceptors: () => {} }])(
    'is refused as an option: %o',
    (options) => {
      expect(() => new TtrpcServer(options as never)).toThrow(refused);
    },
  );

  test.each([{ state: 5 }, { state: 'text' }, { state: null }, null, undefined, 5, () => {}])(
    'is refused as a handler: %o',
    (handlers) => {
      expect(() => new TtrpcServer().handle(shimState, handlers as never)).toThrow(refused);
      expect(() => inProcess(shimState, handlers as never)).toThrow(refused);
    },
  );
});

test.each([undefined, null, {}, { fullName: 'a' }, { methods: {} }])(
  '%o describes no service',
  (descriptor) => {
    expect(() => new TtrpcServer().handle(descriptor as never, {} as never)).toThrow(refused);
    expect(() => inProcess(descriptor as never, {} as never)).toThrow(refused);
    expect(() => TtrpcClient.over(duplexPair()[0]).service(descriptor as never)).toThrow(refused);
  },
);

test.runIf(process.platform === 'linux')(
  'an abstract socket without a name is none to listen at',
  async () => {
    const listening = new TtrpcServer().listen('\0');
    await expect(listening).rejects.toMatchObject({ code: 'ERR_TTRPC_LISTEN' });
  },
);

test.each([null, 5, 'options'])('%o is no options, for a server, a client or in this process', (options) => {
  const [stream] = duplexPair();
  expect(() => new TtrpcServer(options as never)).toThrow(refused);
  expect(() => TtrpcClient.over(stream, options as never)).toThrow(refused);
  expect(() => inProcess(shimState, { state } as never, options as never)).toThrow(refused);
});

test.each([
  ['a method that is none', { state: 5 }],
  ['a method without codecs', { state: { name: 'State', requestStream: false, responseStream: false } }],
  ['two methods of one name', { state: shimState.methods.state, again: shimState.methods.state }],
])('a descriptor with %s is refused by both sides', (_, methods) => {
  const descriptor = { ...shimState, methods } as never;
  const [stream] = duplexPair();
  expect(() => new TtrpcServer().handle(descriptor, {} as never)).toThrow(refused);
  expect(() => TtrpcClient.over(stream).service(descriptor)).toThrow(refused);
  expect(() => inProcess(descriptor, {} as never)).toThrow(refused);
});
