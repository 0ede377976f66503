import vm from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromJson, isInt64, toJson } from './json.ts';

const MAX_UINT64 = 18446744073709551615n;
const refused = expect.objectContaining({ code: 'ERR_RUNTIME_ARGUMENT' });

test('a number of 64 bits is written and read with all of its digits', () => {
  const value = { a: MAX_UINT64, b: -(2n ** 63n), c: 2n ** 53n + 1n, d: [1n, 2 ** 53 - 1], e: -0 };
  const text =
    '{"a":18446744073709551615,"b":-9223372036854775808,"c":9007199254740993,"d":[1,9007199254740991],"e":0}';
  expect(toJson(value, 'it')).toBe(text);
  expect(fromJson(text)).toEqual({ ...value, d: [1, 2 ** 53 - 1], e: 0 });
});

test('whatever number is read is the one that was written', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: MAX_UINT64 }), (number) => {
      const { is } = fromJson(toJson({ is: number }, 'it')) as { is: number | bigint };
      expect(BigInt(is)).toBe(number);
      expect(typeof is).toBe(Number.isSafeInteger(Number(number)) ? 'number' : 'bigint');
    }),
  );
});

test('what is no whole number is read as it is', () => {
  const text = '{"a":1.5,"b":1e30,"c":12345678901234567.5,"d":"12345678901234567890"}';
  expect(fromJson(text)).toEqual(JSON.parse(text));
});

test.each([
  ['NaN', Number.NaN],
  ['an infinity', Number.POSITIVE_INFINITY],
  ['a fraction', 0.5],
  ['a number that is not exact', 2 ** 53],
  ['a number near 2^64', 18446744073709552000],
  ['a bigint of more than 64 bits', MAX_UINT64 + 1n],
  ['a bigint below 64 bits', -(2n ** 63n) - 1n],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['a map', new Map([['a', 1]])],
  ['a view of bytes', new DataView(new ArrayBuffer(1))],
  ['nothing in a list', [undefined]],
])('%s is refused, wherever it is', (_, value) => {
  const what = expect.objectContaining({ message: expect.stringMatching(/^it\.a\[1\]\.b/) });
  const nested = { a: [0, { b: value }] };
  const failure = (() => {
    try {
      return toJson(nested, 'it');
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toEqual(refused);
  expect(failure).toEqual(what);
});

test.each([
  ['a text', 'x'],
  ['a list', []],
  ['null', null],
  ['a number', 1],
  ['what makes a text of itself', { toJSON: () => 'x' }],
])('%s is no object', (_, value) => {
  expect(() => toJson(value, 'it')).toThrow(refused);
});

test('what holds itself is refused, what is there twice is not', () => {
  const twice = { a: 1 };
  const loop: Record<string, unknown> = {};
  loop['a'] = [loop];
  expect(toJson({ b: twice, c: twice }, 'it')).toBe('{"b":{"a":1},"c":{"a":1}}');
  expect(() => toJson(loop, 'it')).toThrow('it.a[0] holds itself');
});

test('what is nested deeper than any specification is refused', () => {
  const nested = (depth: number): unknown => (depth === 0 ? {} : { a: nested(depth - 1) });
  expect(toJson(nested(90), 'it')).toContain('{"a":{}}');
  expect(() => toJson(nested(5000), 'it')).toThrow(refused);
});

test('data may be of another realm, a typed array, or make an object of itself', () => {
  const data: unknown = vm.runInNewContext(
    '({ a: [1, { b: "c" }], n: null, ids: new Uint32Array([7, 8]), big: 1n, no: undefined })',
  );
  expect(toJson(data, 'it')).toBe('{"a":[1,{"b":"c"}],"n":null,"ids":[7,8],"big":1}');
  expect(toJson({ at: new Date(0), me: { toJSON: () => ({ x: 1n }) } }, 'it')).toBe(
    '{"at":"1970-01-01T00:00:00.000Z","me":{"x":1}}',
  );
});

test('a name that means something to JavaScript is a name', () => {
  const text = '{"__proto__":{"a":1},"constructor":{"b":2}}';
  expect(toJson(JSON.parse(text), 'it')).toBe(text);
});

test('whether a value is a number of 64 bits', () => {
  for (const is of [0, -1, 2 ** 53 - 1, 0n, MAX_UINT64, -(2n ** 63n)]) expect(isInt64(is)).toBe(true);
  for (const is of ['1', null, undefined, 1.5, 2 ** 53, Number.NaN, MAX_UINT64 + 1n])
    expect(isInt64(is)).toBe(false);
  expect([isInt64(-1, -1n), isInt64(-2, -1n), isInt64(-1n, 0n)]).toEqual([true, false, false]);
});
