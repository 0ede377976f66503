import type { Timestamp } from './gen/google/protobuf/timestamp.ts';

/** The moment as a Date, to the millisecond; undefined when there is none, or it is beyond what a Date can hold. */
export function timestampToDate(timestamp: Timestamp | undefined): Date | undefined {
  if (!timestamp) return undefined;
  const date = new Date(timestamp.seconds * 1e3 + Math.floor(timestamp.nanos / 1e6));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * The Date as a moment.
 *
 * @throws {RangeError} for an invalid Date.
 */
export function dateToTimestamp(date: Date): Timestamp {
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw new RangeError('an invalid Date is no moment');
  const seconds = Math.floor(ms / 1e3);
  return { seconds, nanos: (ms - seconds * 1e3) * 1e6 };
}
