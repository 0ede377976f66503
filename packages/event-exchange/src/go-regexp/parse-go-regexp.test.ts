import { describe, expect, test } from 'vitest';
import { parseGoRegExp } from './parse-go-regexp.ts';

describe('expressions that take JavaScript’s own until the end of time', () => {
  test.each(['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '^(.*)*$x', '^a*a*a*a*a*a*$', '(x+x+)+y'])(
    '%s fails quickly',
    (pattern) => {
      expect(parseGoRegExp(pattern).matches(`${'a'.repeat(10_000)}!`)).toBe(false);
    },
  );
});

describe('limits', () => {
  test.each([
    ['more than 4000 steps', '(?:a{1000}){1}'.repeat(5)],
    ['more than 200 groups within each other', `${'('.repeat(201)}${')'.repeat(201)}`],
    ['groups that never end', '('.repeat(10_000)],
    ['more than 1000 times, of nothing', '(?:(?:){1000}){1000}'],
  ])('refuse %s', (_, pattern) => {
    expect(() => parseGoRegExp(pattern)).toThrow(SyntaxError);
  });

  test('leave room for 200 groups within each other, each repeated', () => {
    const deep = parseGoRegExp(`^${'('.repeat(200)}a${')*'.repeat(200)}$`);
    expect([deep.matches('aaa'), deep.matches('aab')]).toEqual([true, false]);
  });
});

test.each(['\\1', '(?=a)', '(?<!a)', '(?<name>a)', 'a**', '[a', '\\C', '(?x)a'])(
  '%s is refused, which Go has not',
  (pattern) => {
    expect(() => parseGoRegExp(pattern)).toThrow(SyntaxError);
  },
);

test('an expression can be used again and again', () => {
  const pattern = parseGoRegExp('^web-\\d$');
  expect(['web-1', 'web-', 'web-2', 'web-1'].map((text) => pattern.matches(text))).toEqual([
    true,
    false,
    true,
    true,
  ]);
});
