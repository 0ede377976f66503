import { expect, test } from 'vitest';
import { parseExactly } from './exact-json.ts';

test('whole numbers of 64 bits keep all their digits', () => {
  expect(
    parseExactly('{"limit":9223372036854775807,"list":[18446744073709551615,-9223372036854775808]}'),
  ).toEqual({
    limit: 9_223_372_036_854_775_807n,
    list: [18_446_744_073_709_551_615n, -9_223_372_036_854_775_808n],
  });
});

test('numbers that JavaScript can hold are numbers', () => {
  expect(parseExactly('{"a":[1,2.5,1e3,-9007199254740991]}')).toEqual({
    a: [1, 2.5, 1000, Number.MIN_SAFE_INTEGER],
  });
});

test('what is no JSON is an error', () => {
  expect(() => parseExactly('nonsense')).toThrow(SyntaxError);
});
