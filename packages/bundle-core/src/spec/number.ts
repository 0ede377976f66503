import { invalidValue } from './invalid-value.ts';

const LEAST = -(2n ** 63n);
const MOST = 2n ** 64n - 1n;

/**
 * A number that a spec can hold without loss.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`.
 */
export function checkNumber<Value extends number | bigint>(value: Value, field: string): Value {
  if (typeof value === 'bigint') return checkBits(value, field);
  if (!Number.isFinite(value)) throw invalidValue(field, `is ${value}; ${unlimited(field)}`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw invalidValue(
      field,
      `is ${value}, and a number beyond 2^53 has lost digits: give a bigint, such as 2n ** 60n`,
    );
  }
  return value;
}

/**
 * A whole number that fits into 64 bits, with a sign or without.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`.
 */
export function checkBits<Value extends bigint>(value: Value, field: string): Value {
  if (value >= LEAST && value <= MOST) return value;
  throw invalidValue(field, `is ${value}, which has more than 64 bits`);
}

function unlimited(field: string): string {
  return field.startsWith('process.rlimits')
    ? 'RLIM_INFINITY is no limit'
    : 'where -1 is no limit, say that, or leave it out';
}
