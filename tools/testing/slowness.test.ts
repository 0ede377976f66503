import { expect, test } from 'vitest';
import { slowness, stretched } from './slowness.ts';

test.each([
  [undefined, 1],
  ['', 1],
  ['1', 1],
  ['2.5', 2.5],
  ['10', 10],
])('%o makes waits %d times as long', (value, factor) => {
  expect(slowness(value ?? '')).toBe(factor);
});

test.each(['0.5', '0', '-3', 'slow', 'Infinity'])('%s is refused', (value) => {
  expect(() => slowness(value)).toThrow(RangeError);
});

test('stretches the limit of a poll, and no other of its options', () => {
  expect(stretched({ timeout: 5_000, interval: 2 }, 10)).toEqual({ timeout: 50_000, interval: 2 });
  expect(stretched({ interval: 2 }, 10)).toEqual({ interval: 2 });
});
