/**
 * A whole number of up to 64 bits. A `number` holds those below 2⁵³ exactly; what is larger must be a `bigint`, and
 * a larger `number` is refused wherever it is written.
 */
export type Int64 = number | bigint;

/** The limit that is none, as `setrlimit(2)` has it: 18446744073709551615. */
export const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;
