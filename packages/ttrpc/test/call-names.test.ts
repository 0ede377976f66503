import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { connect, inProcess, TtrpcServer } from '../src/index.ts';
import { textCodec } from './fixtures/streams.ts';

const types = {
  requestType: textCodec,
  requestStream: false,
  responseType: textCodec,
  responseStream: false,
} as const;
const odd = {
  name: 'Odd',
  fullName: 'example.Odd',
  methods: {
    // biome-ignore lint/suspicious/noThenProperty: a service may have a method of that name
    then: { name: 'Then', ...types },
    toJSON: { name: 'ToJSON', ...types },
    toString: { name: 'ToString', ...types },
    valueOf: { name: 'ValueOf', ...types },
    constructor: { name: 'Constructor', ...types },
    catch: { name: 'Catch', ...types },
    [Symbol.asyncIterator]: { name: 'Symbol', ...types },
  },
} as const;

/** One that leaves out what the types of every object have. */
const named = {
  name: 'Named',
  fullName: 'example.Named',
  // biome-ignore lint/suspicious/noThenProperty: as above
  methods: { then: odd.methods.then, catch: odd.methods.catch },
} as const;

const names = ['then$', 'toJSON$', 'toString$', 'valueOf$', 'constructor$', 'catch'] as const;

/** Handlers that answer with what was called, and the list of all calls. */
function noted() {
  const made: string[] = [];
  const handlers = Object.fromEntries(
    names.map((name) => [
      name,
      ({ text }: { text: string }) => {
        made.push(name);
        return { text: `${name} ${text}` };
      },
    ]),
  );
  return { made, handlers: handlers as Record<(typeof names)[number], () => { text: string }> };
}

test('a client whose methods are called as what JavaScript calls can be awaited, logged and compared', async () => {
  const { made, handlers } = noted();
  const socket = `${await tempDir()}/odd.sock`;
  await using server = new TtrpcServer().handle(odd, handlers as never);
  await server.listen(socket);
  await using client = await connect(socket);
  for (const service of [client.service(odd), inProcess(odd, handlers as never)]) {
    const given = (async () => service)();
    expect(await given).toBe(service);
    expect(await Promise.race([service, 'nobody'])).toBe(service);
    expect(JSON.stringify(service)).toBe('{}');
    expect(`${service}`).toBe('[object Object]');
    expect(Number(service)).toBeNaN();
    expect(inspect(service)).toContain('then$');
    expect(service.constructor).toBe(Object);
    expect(Object.keys(service)).toEqual(names);
  }
  expect(made).toEqual([]);
});

test('such methods are called with a $ behind their names, and may be handled with it or without', async () => {
  const { made, handlers } = noted();
  const socket = `${await tempDir()}/odd.sock`;
  await using server = new TtrpcServer().handle(odd, handlers as never);
  await server.listen(socket);
  await using client = await connect(socket);
  const bare = { catch: handlers.catch, ...without$(handlers) };
  for (const service of [
    client.service(odd),
    inProcess(odd, handlers as never),
    inProcess(odd, bare as never),
  ]) {
    for (const name of names) {
      expect(await service[name]({ text: 'you' })).toEqual({ text: `${name} you` });
    }
  }
  expect(made).toEqual([...names, ...names, ...names]);
});

test('the types have the same names', () => {
  const answer = ({ text }: { text: string }) => ({ text });
  const service = inProcess(named, { then$: answer, catch: answer });
  const call: (request: { text: string }) => Promise<{ text: string }> = service.then$;
  expect(call).toBe(service.then$);
  // @ts-expect-error: it would make the client a promise
  expect(service.then).toBeUndefined();
});

function without$(handlers: object): object {
  return Object.fromEntries(Object.entries(handlers).map(([name, each]) => [name.replace('$', ''), each]));
}
