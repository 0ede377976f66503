/**
 * A whole number of up to 64 bits. A `number` is exact below 2⁵³. Anything larger must be a `bigint`; a larger `number` is
 * refused wherever it is written.
 */
export type Int64 = number | bigint;

/** No limit, as in `setrlimit(2)`: 18446744073709551615. */
export const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;
