import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Any, ociProcessType, ociResourcesType, packJson, ShimApiError, unpackJson } from './index.ts';

const coded = (code: string) => expect.objectContaining({ name: 'ShimApiError', code });
const textOf = ({ value }: Any) => Buffer.from(value).toString();
const anyOf = (text: string): Any => ({ typeUrl: ociProcessType, value: Buffer.from(text) });
const read = (text: string) => unpackJson(anyOf(text), ociProcessType);

/** JSON whose whole numbers are exact. */
const exactJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.string(),
    fc.maxSafeInteger(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 40), max: 2 ** 40 })
      .map((value) => value || 0),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe('packJson and unpackJson', () => {
  test('an object is found again as it was', () => {
    fc.assert(
      fc.property(exactJson, (json) => {
        const value = { json };
        expect(unpackJson(packJson(ociProcessType, value), ociProcessType)).toEqual(value);
      }),
    );
  });

  test('a number of 64 bits keeps all its digits, both ways', () => {
    const text =
      '{"hard":18446744073709551615,"soft":-9223372036854775808,"limit":9007199254740993,"share":0.5}';
    const value = read(text);
    expect(value).toEqual({
      hard: 2n ** 64n - 1n,
      soft: -(2n ** 63n),
      limit: 2n ** 53n + 1n,
      share: 0.5,
    });
    expect(textOf(packJson(ociProcessType, value))).toBe(text);
  });

  test('a bigint is written as a number, however small', () => {
    expect(textOf(packJson(ociResourcesType, { memory: { limit: 1n }, pids: Object(2n) }))).toBe(
      '{"memory":{"limit":1},"pids":2}',
    );
  });

  test.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    2 ** 53,
    -(2 ** 53),
    2 ** 64,
    1e300,
    2n ** 64n,
    -(2n ** 63n) - 1n,
    Object(Number.NaN),
    new Map([['a', 1]]),
    new Set(),
    Uint32Array.of(1),
    new DataView(new ArrayBuffer(1)),
    runInNewContext('new Map()'),
  ])('%o would not arrive as it is, and is refused', (limit) => {
    expect(() => packJson(ociResourcesType, { memory: { limit } })).toThrow(coded('ERR_SHIM_API_VALUE'));
    expect(() => packJson(ociResourcesType, { list: [0, { limit }] })).toThrow(coded('ERR_SHIM_API_VALUE'));
    const late = { toJSON: () => ({ limit }) };
    expect(() => packJson(ociResourcesType, late)).toThrow(coded('ERR_SHIM_API_VALUE'));
  });

  const loop: unknown[] = [];
  loop.push(loop);

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['text', 'web'],
    ['an array', [{}]],
    ['a function', () => {}],
    ['a Date, which becomes text', new Date(0)],
    ['what becomes a number', { toJSON: () => 7 }],
    ['what becomes nothing', { toJSON: () => undefined }],
    ['what becomes an array', { toJSON: () => [] }],
    ['a boxed text', Object('web')],
    ['what holds itself', { loop }],
    [
      'what throws',
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ],
  ])('%s is no object in JSON', (_what, value) => {
    expect(() => packJson(ociResourcesType, value as object)).toThrow(coded('ERR_SHIM_API_VALUE'));
  });

  test('an object of another realm, and what becomes an object, are written', () => {
    expect(textOf(packJson(ociProcessType, runInNewContext('({ args: ["sh"] })')))).toBe('{"args":["sh"]}');
    expect(textOf(packJson(ociProcessType, { toJSON: () => ({ cwd: '/' }) }))).toBe('{"cwd":"/"}');
  });

  test.each([7, undefined, null])('%o is no type', (type) => {
    expect(() => packJson(type as unknown as string, {})).toThrow(coded('ERR_SHIM_API_TYPE'));
  });

  test('another type is not taken for the one that is wanted', () => {
    expect(() => unpackJson(packJson(ociResourcesType, {}), ociProcessType)).toThrow(
      coded('ERR_SHIM_API_TYPE'),
    );
  });

  test.each([
    ['no JSON', Buffer.from('{')],
    ['nothing', new Uint8Array()],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['a number', Buffer.from('7')],
    ['text', Buffer.from('"web"')],
    ['null', Buffer.from('null')],
    ['an array', Buffer.from('[{}]')],
    ['a number of 65 bits', Buffer.from('{"a":18446744073709551616}')],
    ['a number below 64 bits', Buffer.from('{"a":-9223372036854775809}')],
    ['a number of a thousand digits', Buffer.from(`{"a":${'9'.repeat(1000)}}`)],
    ['a number beyond all', Buffer.from('{"a":1e400}')],
    ['a large number with an exponent', Buffer.from('{"a":1e20}')],
    ['a large number with a fraction', Buffer.from('{"a":18446744073709551615.0}')],
  ])('%s is refused, with the reason as its cause', (_what, value) => {
    let caught: unknown;
    try {
      unpackJson({ typeUrl: ociProcessType, value }, ociProcessType);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ShimApiError);
    expect(caught).toMatchObject({ code: 'ERR_SHIM_API_INVALID', cause: expect.any(Error) });
  });

  test('digits in a text, and exponents of small numbers, are left alone', () => {
    const value = { text: '18446744073709551616', small: 1e-7, whole: 120 };
    expect(read('{"text":"18446744073709551616","small":1e-7,"whole":1.2e2}')).toEqual(value);
  });
});
