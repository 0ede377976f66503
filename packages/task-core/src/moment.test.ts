import { afterEach, expect, test, vi } from 'vitest';
import { now } from './moment.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a moment is that of the wall clock, also when that is set back or forth while the process runs', () => {
  // The clock of this machine is not the test's to set: in its place, that of JavaScript is.
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const time of ['2001-02-03T04:05:06.007Z', '2041-02-03T04:05:06.007Z', '1969-12-31T23:59:59.007Z']) {
    vi.setSystemTime(time);
    expect(now()).toEqual({ seconds: Math.floor(Date.parse(time) / 1000), nanos: 7_000_000 });
  }
});
