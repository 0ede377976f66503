import { BundleError } from './errors.ts';

/**
 * The options themselves, if they are any.
 *
 * @throws {BundleError} `ERR_BUNDLE_ARGUMENT`.
 */
export function checkOptions<Options extends object>(options: Options): Options {
  if (typeof options === 'object' && options !== null) return options;
  throw badArgument('options', 'must be an object');
}

/**
 * A signal, or nothing.
 *
 * @throws {BundleError} `ERR_BUNDLE_ARGUMENT`.
 */
export function checkSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  // By its shape, since that of another realm is no instance of ours.
  if (signal === undefined || typeof signal?.throwIfAborted === 'function') return signal;
  throw badArgument('signal', 'is no AbortSignal');
}

/**
 * The permissions of a directory, or nothing.
 *
 * @throws {BundleError} `ERR_BUNDLE_ARGUMENT`.
 */
export function checkMode(mode: number | undefined): number | undefined {
  if (mode === undefined || (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777)) return mode;
  throw badArgument('mode', `must be a whole number from 0 to 0o7777, not ${String(mode)}`);
}

function badArgument(field: string, problem: string): BundleError {
  return new BundleError('ERR_BUNDLE_ARGUMENT', `${field} ${problem}`, { field });
}
