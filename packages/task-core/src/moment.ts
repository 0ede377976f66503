/** A moment by the wall clock, as protobuf's Timestamp has it. */
export interface Moment {
  /** Seconds since 1970; negative before. */
  readonly seconds: number;
  /** Nanoseconds of the second. */
  readonly nanos: number;
}

/** Go's zero time, the year 1: what containerd's shims answer where nothing has happened yet. */
export const NEVER: Moment = { seconds: -62_135_596_800, nanos: 0 };

/** This moment, to the millisecond. The clock that a process starts with does not follow one that is set, nor a suspend. */
export function now(): Moment {
  const milliseconds = Date.now();
  const seconds = Math.floor(milliseconds / 1e3);
  return { seconds, nanos: (milliseconds - seconds * 1e3) * 1e6 };
}
