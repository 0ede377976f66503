import { expect, test } from 'vitest';
import { slowness } from './slowness.ts';

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

test('a poll waits its time, however slow the machine, and longer where that is said', async () => {
  let calls = 0;
  await expect.poll(() => ++calls, { interval: 1, timeout: 5_000 }).toBe(20);
});
