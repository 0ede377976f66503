import type { Timestamp } from '@shimwright/shim-api';

const NS_PER_MS = 1_000_000n;

/**
 * The time of day to the nanosecond, which JavaScript has only to the millisecond: always within the millisecond
 * that `Date.now()` tells, and rising within it.
 */
export class WallClock {
  // From the monotonic clock to the time of day. It follows the system's clock when that is set.
  #offsetNs = 0n;

  /** The moment of the call. */
  now(): Timestamp {
    const startNs = BigInt(Date.now()) * NS_PER_MS;
    const monotonicNs = process.hrtime.bigint();
    const nowNs = clamp(monotonicNs + this.#offsetNs, startNs, startNs + NS_PER_MS - 1n);
    this.#offsetNs = nowNs - monotonicNs;
    return { seconds: Number(nowNs / 1_000_000_000n), nanos: Number(nowNs % 1_000_000_000n) };
  }
}

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  return value < min ? min : value > max ? max : value;
}
