import { timestampToDate } from '@shimwright/shim-api';
import { afterEach, expect, test, vi } from 'vitest';
import { WallClock } from './wall-clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('the time is that of Date.now(), whatever the clock is set to', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const clock = new WallClock();
  for (const now of ['2021-03-04T05:06:07.123Z', '2030-01-01', '1999-12-31T23:59:59.999Z', '1970-01-01']) {
    vi.setSystemTime(new Date(now));
    for (let count = 0; count < 3; count += 1) expect(timestampToDate(clock.now())).toEqual(new Date(now));
  }
});

test('moments are told apart within a millisecond, and rise', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const clock = new WallClock();
  const nanos = Array.from({ length: 50 }, () => clock.now().nanos);
  expect(nanos).toEqual([...nanos].sort((one, other) => one - other));
  expect(new Set(nanos).size).toBeGreaterThan(1);
});
