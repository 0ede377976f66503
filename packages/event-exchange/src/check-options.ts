import { EventExchangeError } from './errors.ts';
import { shown } from './shown.ts';

type Options = Readonly<Record<string, unknown>>;

/** What each option there is must be; a number is checked where its default is known. */
export type Kinds<Checked> = { readonly [Name in keyof Checked]-?: 'signal' | 'callback' | 'number' };

/**
 * The options, which may be left out, once they are known to be an object that has no others than there are, whose `signal` is a
 * signal, and whose callbacks are functions. What is of another realm has no class of ours, so that only its shape tells.
 *
 * @throws {EventExchangeError} `ERR_EVENT_ARGUMENT`.
 */
export function checkOptions<Checked extends object>(
  options: Checked | undefined,
  kinds: Kinds<Checked>,
): Checked {
  const checked: unknown = options ?? {};
  if (options === null || typeof checked !== 'object' || Array.isArray(checked)) {
    throw wrong('the options', 'an object', options);
  }
  for (const [name, value] of Object.entries(checked as Options)) {
    if (value !== undefined && !Object.hasOwn(kinds, name)) throw unknownOption(name, Object.keys(kinds));
  }
  for (const [name, kind] of Object.entries(kinds)) {
    const value = (checked as Options)[name];
    if (value === undefined) continue;
    if (kind === 'signal' && !isSignal(value)) throw wrong(name, 'an AbortSignal', value);
    if (kind === 'callback' && typeof value !== 'function') throw wrong(name, 'a function', value);
  }
  return checked as Checked;
}

/**
 * A number of events, once it is known to be one.
 *
 * @throws {EventExchangeError} `ERR_EVENT_ARGUMENT`.
 */
export function wholeFromOne(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw wrong(name, 'a whole number from 1', value);
}

/** The error for what is not what it must be. */
export function wrong(name: string, expected: string, value: unknown): EventExchangeError {
  return new EventExchangeError('ERR_EVENT_ARGUMENT', `${name} must be ${expected}, not ${shown(value)}`);
}

/** One that is misspelt would otherwise silently do nothing. */
function unknownOption(name: string, known: readonly string[]): EventExchangeError {
  const message = `${name} is no option; there are ${known.join(', ')}`;
  return new EventExchangeError('ERR_EVENT_ARGUMENT', message);
}

function isSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener } = Object(value) as Options;
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  );
}
