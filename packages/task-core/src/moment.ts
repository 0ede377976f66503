import type { Timestamp } from '@shimwright/shim-api';

/** Go's zero time, the year 1: what the stock shim answers where nothing has happened yet. */
export const NEVER: Timestamp = { seconds: -62_135_596_800, nanos: 0 };

/** This moment, to the microsecond. */
export function now(): Timestamp {
  const milliseconds = performance.timeOrigin + performance.now();
  const seconds = Math.floor(milliseconds / 1e3);
  return { seconds, nanos: Math.floor((milliseconds - seconds * 1e3) * 1e3) * 1e3 };
}
