import { EventExchangeError } from './errors.ts';
import { shown } from './shown.ts';

type Options = Readonly<Record<string, unknown>>;

/**
 * The options, which may be left out, once they are known to be an object whose `signal` is a signal and whose callbacks
 * are functions. What is of another realm has no class of ours, so that only its shape tells.
 *
 * @throws {EventExchangeError} `ERR_EVENT_ARGUMENT`.
 */
export function checkOptions<Checked extends object>(
  options: Checked | undefined,
  ...callbacks: readonly (keyof Checked & string)[]
): Checked {
  const checked: unknown = options ?? {};
  if (options === null || typeof checked !== 'object' || Array.isArray(checked)) {
    throw wrong('the options', 'an object', options);
  }
  const { signal } = checked as Options;
  if (signal !== undefined && !isSignal(signal)) throw wrong('signal', 'an AbortSignal', signal);
  for (const name of callbacks) {
    const callback = (checked as Options)[name];
    if (callback !== undefined && typeof callback !== 'function') throw wrong(name, 'a function', callback);
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

function isSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener } = Object(value) as Options;
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  );
}
