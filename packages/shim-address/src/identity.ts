import { ShimAddressError } from './errors.ts';

/**
 * Makes sure that a part of what identifies a shim is text. Anything else would vanish in the address, and two
 * shims would share one; half a character becomes U+FFFD in a hash, whichever it was.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_ARGUMENT`.
 */
export function checkPart(value: unknown, option: string): string {
  if (typeof value === 'string' && value.isWellFormed()) return value;
  const problem =
    typeof value === 'string' ? 'holds half a character' : `must be a string, not of type ${typeof value}`;
  throw new ShimAddressError('ERR_ADDRESS_ARGUMENT', `${option} ${problem}`);
}

/**
 * Options that are at least an object.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_ARGUMENT`.
 */
export function checkOptions<Options extends object>(options: Options): Options {
  if (typeof options === 'object' && options !== null) return options;
  throw new ShimAddressError('ERR_ADDRESS_ARGUMENT', 'the options must be an object');
}
