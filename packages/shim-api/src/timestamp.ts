import { isDate } from 'node:util/types';
import type { Timestamp } from './gen/google/protobuf/timestamp.ts';
import { badValue } from './wire.ts';

/** The moment as a Date, to the millisecond; undefined when there is none, or it is beyond what a Date can hold. */
export function timestampToDate(timestamp: Timestamp | undefined): Date | undefined {
  if (!timestamp) return undefined;
  const date = new Date(timestamp.seconds * 1e3 + Math.floor(timestamp.nanos / 1e6));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * The Date as a moment.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_VALUE` for what is no Date, or an invalid one.
 */
export function dateToTimestamp(date: Date): Timestamp {
  // A Date of another realm is no instance of ours, and has the same methods.
  const ms = isDate(date) ? date.getTime() : Number.NaN;
  if (Number.isNaN(ms)) throw badValue(date, 'valid Date');
  const seconds = Math.floor(ms / 1e3);
  return { seconds, nanos: (ms - seconds * 1e3) * 1e6 };
}
