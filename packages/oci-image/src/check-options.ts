import { badArgument } from './errors.ts';
import { isObject } from './layout/json.ts';

/** The options there are. */
export type Known<Options> = { readonly [Name in keyof Options]-?: true };

/**
 * Refuses what is no object of options, has one that does not exist, or has a `signal` that is none. An option whose name is misspelt
 * would otherwise silently do nothing.
 *
 * @throws {ImageError} `ERR_IMAGE_ARGUMENT`.
 */
export function checkOptions<Options extends object>(options: Options, known: Known<Options>): void {
  if (!isObject(options)) throw badArgument('the options must be an object');
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !Object.hasOwn(known, name))
      throw badArgument(`\`${name}\` is no option; there are ${Object.keys(known).join(', ')}`);
  }
  const { signal } = options;
  if (signal !== undefined && !isSignal(signal)) throw badArgument('`signal` must be an AbortSignal');
}

/** The signal of options that are checked, or one that is never aborted. */
export function signalOf(options: { readonly signal?: AbortSignal }): AbortSignal {
  return options.signal ?? new AbortController().signal;
}

/** By its shape: that of another realm is one too. */
function isSignal(value: unknown): boolean {
  return isObject(value) && 'aborted' in value && typeof value['throwIfAborted'] === 'function';
}
