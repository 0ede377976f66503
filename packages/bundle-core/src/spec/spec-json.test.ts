import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSpec } from './parse-spec.ts';
import type { Spec } from './spec.ts';
import { stringifySpec } from './stringify-spec.ts';

const ociVersion = '1.0.2';
const withLimit = (hard: unknown) =>
  ({ ociVersion, process: { rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1, hard }] } }) as unknown as Spec;
const textWith = (hard: string) =>
  `{"ociVersion":"1.0.2","process":{"rlimits":[{"type":"RLIMIT_NOFILE","soft":1,"hard":${hard}}]}}`;

describe('stringifySpec', () => {
  test.each([
    ['a bigint of 64 bits', 18_446_744_073_709_551_615n, '18446744073709551615'],
    ['the least that has a sign', -9_223_372_036_854_775_808n, '-9223372036854775808'],
    ['a small bigint', 10n, '10'],
    ['the largest exact number', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['no limit', -1, '-1'],
    ['a fraction', 0.5, '0.5'],
    ['nothing', null, 'null'],
  ])('writes %s as it is', (_, value, written) => {
    expect(stringifySpec(withLimit(value))).toBe(textWith(written));
  });

  test.each([
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['a number that has lost digits', 2 ** 53],
    ['what a literal of 64 bits becomes', Number('18446744073709551615')],
    ['a huge number', 1e300],
    ['65 bits', 2n ** 64n],
    ['65 bits with a sign', -(2n ** 63n) - 1n],
  ])('refuses %s, and says where', (_, value) => {
    expect(() => stringifySpec(withLimit(value))).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field: 'process.rlimits[0].hard' }),
    );
  });

  test.each([
    ['a map', new Map([['a', 'b']])],
    ['a set', new Set(['a'])],
    ['headers', new Headers({ a: 'b' })],
    ['typed numbers', Uint32Array.of(1)],
    ['typed numbers, none of them', new Float64Array(0)],
    ['a view', new DataView(new ArrayBuffer(1))],
    ['a map of another realm', runInNewContext('new Map()')],
  ])('refuses %s, whose members JSON does not see, and says where', (_, annotations) => {
    expect(() => stringifySpec({ ociVersion, annotations })).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field: 'annotations' }),
    );
    expect(() => stringifySpec(annotations as Spec)).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_SPEC' }),
    );
  });

  test('writes what is empty, and boxed text', () => {
    const spec = {
      ociVersion,
      annotations: {},
      mounts: [],
      hostname: Object('web'),
      linux: { sysctl: { 0: 'a' } },
    };
    expect(stringifySpec(spec as Spec)).toBe(JSON.stringify(spec));
  });

  test.each([undefined, () => 1, Symbol('x')])(
    'refuses %s in a list, where JSON has no word for it',
    (value) => {
      const spec = { ociVersion, process: { cwd: '/', user: { uid: 0, gid: 0 }, args: ['sh', value] } };
      expect(() => stringifySpec(spec as Spec)).toThrow(
        expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field: 'process.args[1]' }),
      );
    },
  );

  test('leaves out what is undefined, as JSON does', () => {
    expect(stringifySpec({ ociVersion, hostname: undefined } as unknown as Spec)).toBe(
      '{"ociVersion":"1.0.2"}',
    );
  });

  test.each([
    ['no object', 'text'],
    ['a list', []],
    ['nothing', null],
    ['undefined', undefined],
    ['what becomes no object', { toJSON: () => 'text' }],
    ['what becomes nothing', { toJSON: () => undefined }],
    ['a circle', circle()],
    ['100,000 levels', nested(100_000)],
  ])('refuses %s', (_, spec) => {
    expect(() => stringifySpec(spec as Spec)).toThrow(expect.objectContaining({ code: 'ERR_BUNDLE_SPEC' }));
  });

  test('is not led astray by a program that teaches bigints to be text', () => {
    const prototype = BigInt.prototype as { toJSON?: () => string };
    prototype.toJSON = function (this: bigint) {
      return this.toString();
    };
    try {
      expect(stringifySpec(withLimit(18_446_744_073_709_551_615n))).toBe(textWith('18446744073709551615'));
    } finally {
      delete prototype.toJSON;
    }
  });

  test('writes what JSON can hold as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (object) => {
        fc.pre(!hasUnsafe(object));
        expect(stringifySpec(object as unknown as Spec)).toBe(JSON.stringify(object));
      }),
    );
  });
});

describe('parseSpec', () => {
  test.each([
    ['18446744073709551615', 18_446_744_073_709_551_615n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['9007199254740991', 9_007_199_254_740_991],
    ['1e3', 1000],
    ['1.5', 1.5],
    ['0.123456789012345678', Number('0.123456789012345678')],
  ])('reads %s exactly', (text, value) => {
    expect(parseSpec(textWith(text))).toEqual(withLimit(value));
  });

  test.each(['18446744073709551616', '-9223372036854775809', '1e999', '1e20', '-1e400'])(
    'refuses %s, and says where',
    (text) => {
      expect(() => parseSpec(textWith(text))).toThrow(
        expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field: 'process.rlimits[0].hard' }),
      );
    },
  );

  test.each(['', '{', 'null', '[]', '7', '"text"', `${'['.repeat(200_000)}1e999`])(
    'refuses %.20s',
    (text) => {
      expect(() => parseSpec(text)).toThrow(expect.objectContaining({ code: 'ERR_BUNDLE_SPEC' }));
    },
  );

  test('gives back every whole number of 64 bits that stringifySpec has written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
        const read = parseSpec(stringifySpec(withLimit(value))).process?.rlimits?.[0]?.hard ?? 0;
        expect(BigInt(read)).toBe(value);
        expect(typeof read).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
      }),
    );
  });
});

function circle(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}

function nested(levels: number): object {
  let object = {};
  for (let level = 0; level < levels; level += 1) object = { object };
  return object;
}

function hasUnsafe(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnsafe);
}
