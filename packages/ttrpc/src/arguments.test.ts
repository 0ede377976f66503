import { duplexPair } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { connected, serving } from '../test/fixtures/peers.ts';
import { shimState } from '../test/fixtures/shim-state.ts';
import { connect, inProcess, TtrpcClient, TtrpcServer } from './index.ts';

const refused = expect.objectContaining({ name: 'TtrpcError', code: 'ERR_TTRPC_ARGUMENT' });
const state = ({ id }: { readonly id: string }) => ({ id });

describe.each([
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
  ])('is refused with %o, and the next one works', async (options) => {
    const shim = await shimOf();
    await expect(shim.state({ id: 'a' }, options as never)).rejects.toEqual(refused);
    expect(await shim.state({ id: 'a' })).toMatchObject({ id: 'a' });
  });

  test.each([
    {},
    { timeoutMs: undefined, metadata: undefined, signal: undefined },
    { timeoutMs: Number.POSITIVE_INFINITY, metadata: {} },
  ])('may have %o', async (options) => {
    expect(await (await shimOf()).state({ id: 'a' }, options as never)).toMatchObject({ id: 'a' });
  });
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
