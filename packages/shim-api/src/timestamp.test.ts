import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateToTimestamp, timestampToDate } from './index.ts';

test('a Date is found again, before 1970 as well', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      const timestamp = dateToTimestamp(date);
      expect(timestamp.nanos).toBeGreaterThanOrEqual(0);
      expect(timestamp.nanos).toBeLessThan(1e9);
      expect(timestampToDate(timestamp)).toEqual(date);
    }),
  );
});

test('nanoseconds are left out, never rounded up', () => {
  expect(timestampToDate({ seconds: 1, nanos: 999_999_999 })).toEqual(new Date(1999));
  expect(timestampToDate({ seconds: -1, nanos: 999_999_999 })).toEqual(new Date(-1));
});

test('the time that Go sends for "never" is a Date in the year 1', () => {
  expect(timestampToDate({ seconds: -62135596800, nanos: 0 })?.toISOString()).toBe(
    '0001-01-01T00:00:00.000Z',
  );
});

test('what is no moment, or beyond all Dates, gives undefined', () => {
  expect(timestampToDate(undefined)).toBeUndefined();
  expect(timestampToDate({ seconds: Number.MAX_SAFE_INTEGER, nanos: 0 })).toBeUndefined();
});

test.each([new Date(Number.NaN), '2021-03-04', 0, null, undefined, {}])('%o is refused as a Date', (date) => {
  expect(() => dateToTimestamp(date as Date)).toThrow(
    expect.objectContaining({ code: 'ERR_SHIM_API_VALUE' }),
  );
});
