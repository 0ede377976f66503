import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { textCodec } from '../../test/fixtures/streams.ts';
import { callNameOf } from '../call-names.ts';
import { connect, inProcess, type ServiceDescriptor, TtrpcServer } from '../index.ts';
import { handlerOf } from './handler-of.ts';

const NAMES = ['toString', 'valueOf', 'constructor', 'hasOwnProperty', '__proto__', 'isPrototypeOf'];
const types = {
  requestType: textCodec,
  requestStream: false,
  responseType: textCodec,
  responseStream: false,
};
const odd: ServiceDescriptor = {
  name: 'Odd',
  fullName: 'example.Odd',
  methods: Object.fromEntries(NAMES.map((name) => [name, { name, ...types }])),
};

class Empty {}

describe('a method that is called as what every object has', () => {
  test.each([
    {},
    new Empty(),
    Object.create(null),
    runInNewContext('({})'),
    runInNewContext('new (class {})()'),
  ])('is UNIMPLEMENTED without a handler: %#', async (handlers) => {
    const socket = `${await tempDir()}/odd.sock`;
    await using server = new TtrpcServer().handle(odd, handlers);
    await server.listen(socket);
    await using client = await connect(socket);
    for (const calls of [client.service(odd), inProcess(odd, handlers)]) {
      for (const name of NAMES) {
        await expect(calls[callNameOf(name)]?.({} as never), name).rejects.toMatchObject({
          status: 'UNIMPLEMENTED',
        });
      }
    }
  });

  test('is answered by a handler of that name, of an object or its class', async () => {
    class Named {
      toString(): never {
        return { text: 'of a class' } as never;
      }
    }
    const own = { valueOf: () => ({ text: 'own' }) as never };
    expect(await inProcess(odd, new Named() as never)['toString$']?.({} as never)).toEqual({
      text: 'of a class',
    });
    expect(await inProcess(odd, own as never)['valueOf$']?.({} as never)).toEqual({ text: 'own' });
  });
});

test('a handler is found in the classes that a class extends, and bound to the object', () => {
  class Base {
    readonly name = 'base';
    call(): string {
      return this.name;
    }
  }
  class Derived extends Base {}
  expect(handlerOf(new Derived(), 'call')?.({}, {} as never)).toBe('base');
  expect(handlerOf(new Derived(), 'other')).toBeUndefined();
  expect(handlerOf({ other: undefined }, 'other')).toBeUndefined();
});
