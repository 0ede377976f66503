import { EventExchangeError } from '../errors.ts';
import { shown } from '../shown.ts';
import { TextCursor } from '../text-cursor.ts';
import { type Quote, quotedPatterns, unquote } from './unquote.ts';

/** One condition of a filter. */
export interface Selector {
  /** The path of the field, such as `event`, `container_id`. */
  readonly path: readonly string[];
  /** How the field is compared with `value`; `?` is whether it is there at all. */
  readonly operator: Operator;
  /** What it is compared with; empty for `?`. */
  readonly value: string;
  /** The index in the filter where the value begins. */
  readonly valuePosition: number;
}

/** What a filter can ask of a field. */
type Operator = '?' | '==' | '!=' | '~=';

const SPACES = /\p{White_Space}*/uy;
const FIELD = /[A-Za-z0-9_]+/y;
const OPERATOR = /[=!~]+/y;
// What may go on in a value: all that can be seen, but no comma. U+FFFD stands for what is no text.
const REST = '(?:(?![,\\u{fffd}])[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}])*';
const VALUE = new RegExp(`[^\\p{White_Space},.=!~"/|\\u{fffd}]${REST}`, 'uy');
const PATH_VALUE = new RegExp(`/${REST}`, 'uy');

/**
 * The selectors of a filter, all of which must match: none for the empty filter.
 *
 * @throws {EventExchangeError} `ERR_EVENT_FILTER` where containerd's parser would fail, at the same place.
 */
export function parseSelectors(filter: string): readonly Selector[] {
  if (filter === '') return [];
  const parser = new SelectorParser(filter);
  const selectors: Selector[] = [];
  do selectors.push(parser.selector());
  while (parser.another());
  return selectors;
}

class SelectorParser {
  readonly #filter: string;
  readonly #cursor: TextCursor;

  constructor(filter: string) {
    this.#filter = filter;
    // Of the same length, so that positions hold.
    this.#cursor = new TextCursor(filter.toWellFormed().replaceAll('\0', '\ufffd'));
  }

  another(): boolean {
    if (this.#cursor.atEnd) return false;
    return this.#cursor.take(',') || this.#fail('a "," or the end');
  }

  selector(): Selector {
    const path = this.#path();
    const isAlone = this.#cursor.atEnd || this.#cursor.isAt(',');
    const operator = isAlone ? '?' : this.#operator();
    if (!isAlone) this.#cursor.match(SPACES);
    const valuePosition = this.#cursor.position;
    return { path, operator, value: isAlone ? '' : this.#value(operator), valuePosition };
  }

  #path(): readonly string[] {
    const path = [this.#field()];
    while (this.#cursor.take('.')) path.push(this.#field());
    return path;
  }

  #field(): string {
    this.#cursor.match(SPACES);
    if (this.#cursor.isAt('"')) return this.#quoted('"');
    return this.#cursor.match(FIELD)?.[0] ?? this.#fail('the name of a field, or one in double quotes');
  }

  #operator(): Operator {
    this.#cursor.match(SPACES);
    const start = this.#cursor.position;
    const operator = this.#cursor.match(OPERATOR)?.[0];
    if (operator === '==' || operator === '!=' || operator === '~=') return operator;
    return this.#fail('one of "==", "!=" and "~="', start);
  }

  #value(operator: Operator): string {
    if (this.#cursor.isAt('"')) return this.#quoted('"');
    if (operator !== '~=') return this.#plain(PATH_VALUE) ?? this.#plain(VALUE) ?? this.#fail('a value');
    if (this.#cursor.isAt('/')) return this.#quoted('/');
    if (this.#cursor.isAt('|')) return this.#quoted('|');
    return this.#plain(VALUE) ?? this.#fail('a regular expression');
  }

  #plain(pattern: RegExp): string | undefined {
    return this.#cursor.match(pattern)?.[0];
  }

  #quoted(quote: Quote): string {
    const start = this.#cursor.position;
    const inside = this.#cursor.match(quotedPatterns[quote])?.[1];
    const text = inside === undefined ? undefined : unquote(inside);
    return (
      text ?? this.#fail(`a text that ends with ${quote} and has no escapes but those of Go strings`, start)
    );
  }

  #fail(expected: string, position = this.#cursor.position): never {
    throw new EventExchangeError(
      'ERR_EVENT_FILTER',
      `the filter ${shown(this.#filter)} must have ${expected} at position ${position}`,
      { filter: this.#filter, position },
    );
  }
}
