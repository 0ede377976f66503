import { EventExchangeError } from '../errors.ts';
import { type GoRegExp, parseGoRegExp } from '../go-regexp/parse-go-regexp.ts';
import { shown } from '../shown.ts';
import { parseSelectors, type Selector } from './parse-selectors.ts';

// Parsing is done at once, and a filter may come from somebody else.
const MAX_LENGTH = 16_384;

/** What a filter looks at. */
interface FilterSubject {
  /** The text of the field at a path, or undefined where there is none. */
  field(path: readonly string[]): string | undefined;
}

/** Whether an envelope is one that a subscriber wants. */
export type EventFilter = (subject: FilterSubject) => boolean;

/**
 * One filter out of several, of which any may match; without one, all match.
 *
 * @throws {EventExchangeError} `ERR_EVENT_FILTER`.
 */
export function parseFilters(filters: readonly string[]): EventFilter {
  const parsed = filters.map(parseFilter);
  return parsed.length === 0 ? () => true : (subject) => parsed.some((matches) => matches(subject));
}

function parseFilter(filter: string): EventFilter {
  if (typeof filter !== 'string') {
    throw new EventExchangeError('ERR_EVENT_FILTER', `a filter ${shown(filter)} must be a string`);
  }
  if (filter.length > MAX_LENGTH) {
    const message = `the filter ${shown(filter)} is longer than ${MAX_LENGTH} characters`;
    throw new EventExchangeError('ERR_EVENT_FILTER', message, { filter, position: MAX_LENGTH });
  }
  const conditions = parseSelectors(filter).map((selector) => condition(selector, filter));
  return (subject) => conditions.every((holds) => holds(subject));
}

/** A field that is not there is empty to `!=` and `~=`, as in containerd. */
function condition({ path, operator, value, valuePosition }: Selector, filter: string): EventFilter {
  if (operator === '?') return (subject) => subject.field(path) !== undefined;
  if (operator === '==') return (subject) => subject.field(path) === value;
  if (operator === '!=') return (subject) => (subject.field(path) ?? '') !== value;
  const pattern = compile(value, filter, valuePosition);
  return (subject) => pattern.matches(subject.field(path) ?? '');
}

function compile(pattern: string, filter: string, position: number): GoRegExp {
  try {
    return parseGoRegExp(pattern);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const message = `the filter ${shown(filter)} has no valid regular expression at position ${position}: ${cause.message}`;
    throw new EventExchangeError('ERR_EVENT_FILTER', message, { filter, position, cause });
  }
}
