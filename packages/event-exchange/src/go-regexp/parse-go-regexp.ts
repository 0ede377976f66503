import { TextCursor } from '../text-cursor.ts';
import { bracketClass, namedClass, oneChar } from './char-class.ts';
import { charEscape } from './char-escape.ts';
import type { CharTest, Node, PlaceTest } from './node.ts';
import { Program } from './program.ts';

/** A regular expression of Go. */
export interface GoRegExp {
  /** Whether the text has a match, anywhere, found in time proportional to its length. */
  matches(text: string): boolean;
}

// Go's own limit.
const MAX_REPEAT = 1000;
// Beyond what anybody needs; at worst, a text of 100 characters then takes 25 ms.
const MAX_INSTRUCTIONS = 4_000;
// Keeps the stack small while it is read.
const MAX_DEPTH = 200;

/**
 * Reads a regular expression by the rules of Go's package regexp (RE2): no references back, no looking around.
 *
 * @throws {SyntaxError} when it is none, repeats more than 1000 times, nests over 200 groups or is too large.
 */
export function parseGoRegExp(pattern: string): GoRegExp {
  return new Program(new Parser(pattern).parse(), MAX_INSTRUCTIONS);
}

/** What `(?ims)` sets. */
interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

/** A node, with how often it repeats what is in it at most. */
type Weighed = Node & { readonly times?: number };

const FLAGS = /\(\?([imsU]*)(?:-([imsU]+))?([:)])/y;
const NAMED_GROUP = /\(\?P<[0-9A-Za-z_]+>/y;
const QUANTIFIER = /(?:([*+?])|\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\})\??/y;
const LITERALS = /\\Q([\s\S]*?)(?:\\E|$)/y;
const PLACE = /\^|\$|\\[AzbB]/y;
const ANY_CHAR = /[\s\S]/uy;

class Parser {
  readonly #cursor: TextCursor;
  #flags: Flags = { i: false, m: false, s: false };
  #depth = 0;

  constructor(pattern: string) {
    this.#cursor = new TextCursor(pattern);
  }

  parse(): Node {
    const node = this.#choice();
    if (!this.#cursor.atEnd) throw new SyntaxError('a ")" has no "("');
    return node;
  }

  #choice(): Weighed {
    const first = this.#sequence();
    if (!this.#cursor.isAt('|')) return first;
    const choices = [first];
    while (this.#cursor.take('|')) choices.push(this.#sequence());
    return { kind: 'choice', choices, times: heaviest(choices) };
  }

  #sequence(): Weighed {
    const parts: Weighed[] = [];
    let isRepeated = false;
    while (!(this.#cursor.atEnd || this.#cursor.isAt('|') || this.#cursor.isAt(')'))) {
      const quantifier = this.#cursor.match(QUANTIFIER);
      if (!quantifier) parts.push(...this.#parts());
      else if (isRepeated) throw new SyntaxError(`${quantifier[0]} follows another repetition`);
      else parts.push(repeat(parts.pop(), quantifier));
      isRepeated = quantifier !== undefined;
    }
    return { kind: 'sequence', parts, times: heaviest(parts) };
  }

  /** What comes next, short of a repetition; nothing where flags are set. */
  #parts(): readonly Weighed[] {
    if (this.#cursor.isAt('(')) return this.#group();
    const literals = this.#cursor.match(LITERALS)?.[1];
    if (literals !== undefined)
      return Array.from(literals, (char) => this.#char(oneChar(char, this.#flags.i)));
    const place = this.#cursor.match(PLACE)?.[0];
    if (place) return [{ kind: 'place', test: placeTest(place, this.#flags) }];
    return [this.#char(this.#charTest())];
  }

  #charTest(): CharTest {
    const { i, s } = this.#flags;
    if (this.#cursor.take('.')) return s ? () => true : (char) => char !== '\n';
    if (this.#cursor.take('[')) return bracketClass(this.#cursor, i);
    if (!this.#cursor.isAt('\\')) return oneChar(this.#cursor.match(ANY_CHAR)?.[0] ?? '', i);
    return namedClass(this.#cursor, i) ?? oneChar(charEscape(this.#cursor), i);
  }

  #char(test: CharTest): Weighed {
    return { kind: 'char', test };
  }

  #group(): readonly Weighed[] {
    const outer = this.#flags;
    const flags = this.#cursor.match(FLAGS);
    if (flags) this.#setFlags(flags);
    else this.#openGroup();
    if (flags?.[3] === ')') return [];
    if (++this.#depth > MAX_DEPTH) throw new SyntaxError('it nests too many groups');
    const inside = this.#choice();
    this.#depth -= 1;
    if (!this.#cursor.take(')')) throw new SyntaxError('a ")" is missing');
    this.#flags = outer;
    return [inside];
  }

  #openGroup(): void {
    if (this.#cursor.match(NAMED_GROUP)) return;
    this.#cursor.take('(');
    if (this.#cursor.isAt('?')) throw new SyntaxError('there is no such group');
  }

  #setFlags([, on = '', off = '']: RegExpExecArray): void {
    const set = (flag: keyof Flags) => (on.includes(flag) || this.#flags[flag]) && !off.includes(flag);
    this.#flags = { i: set('i'), m: set('m'), s: set('s') };
  }
}

function repeat(of: Weighed | undefined, [text, sign, least = '', comma, most]: RegExpExecArray): Weighed {
  if (!of) throw new SyntaxError(`there is nothing for ${text} to repeat`);
  if (sign) {
    const max = sign === '?' ? 1 : Number.POSITIVE_INFINITY;
    return { kind: 'repeat', of, min: sign === '+' ? 1 : 0, max, times: of.times ?? 1 };
  }
  const min = Number(least);
  const max = comma === undefined ? min : most === undefined ? Number.POSITIVE_INFINITY : Number(most);
  const highest = Number.isFinite(max) ? max : min;
  const times = highest === 0 && max === 0 ? 1 : Math.max(highest, 1) * (of.times ?? 1);
  if (min > max || highest > MAX_REPEAT || times > MAX_REPEAT)
    throw new SyntaxError(`${text} is no possible number of times`);
  return { kind: 'repeat', of, min, max, times };
}

function heaviest(nodes: readonly Weighed[]): number {
  return nodes.reduce((most, { times = 1 }) => Math.max(most, times), 1);
}

function placeTest(place: string, { m }: Flags): PlaceTest {
  if (place === '^') return (before) => before === undefined || (m && before === '\n');
  if (place === '$') return (_, after) => after === undefined || (m && after === '\n');
  if (place === '\\A') return (before) => before === undefined;
  if (place === '\\z') return (_, after) => after === undefined;
  return (before, after) => (isWord(before) !== isWord(after)) === (place === '\\b');
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /^[0-9A-Za-z_]$/.test(char);
}
