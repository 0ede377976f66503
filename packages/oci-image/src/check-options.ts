import { badArgument } from './errors.ts';
import { isObject } from './layout/json.ts';

/** Refuses what is no object of options, or has a `signal` that is none. @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
export function checkOptions(options: unknown): void {
  if (!isObject(options)) throw badArgument('the options must be an object');
  const { signal } = options;
  if (signal !== undefined && !isSignal(signal)) throw badArgument('`signal` must be an AbortSignal');
}

/** The signal of such options, or one that is never aborted. @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
export function signalOf(options: { readonly signal?: AbortSignal }): AbortSignal {
  checkOptions(options);
  return options.signal ?? new AbortController().signal;
}

/** By its shape: that of another realm is one too. */
function isSignal(value: unknown): boolean {
  return isObject(value) && 'aborted' in value && typeof value['throwIfAborted'] === 'function';
}
