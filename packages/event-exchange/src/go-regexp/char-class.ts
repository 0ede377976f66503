import type { TextCursor } from '../text-cursor.ts';
import { charEscape } from './char-escape.ts';
import type { CharTest } from './node.ts';

/** The names of character sets, as the inside of a `[…]` of JavaScript. */
const PERL: Readonly<Record<string, string>> = { d: '0-9', s: '\\t\\n\\f\\r ', w: '0-9A-Za-z_' };

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\u{0}-\\u{7f}',
  blank: '\\t ',
  cntrl: '\\u{0}-\\u{1f}\\u{7f}',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

// Go has no category for what is not assigned, nor one of that within "C".
const CATEGORY = /^(?:L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|C[cfos])$/;
const ALL_CONTROL = '\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}';

const PERL_CLASS = /\\([dDsSwW])/y;
const UNICODE_CLASS = /\\([pP])(?:\{(\^?)([^}]*)\}|(\p{L}))/uy;
const POSIX_CLASS = /\[:(\^?)([\s\S]*?):\]/y;
const ANY_CHAR = /[\s\S]/uy;

/** The set that is named here, such as `\d` and `\p{Greek}`; undefined when none is. */
export function namedClass(cursor: TextCursor, foldCase: boolean): CharTest | undefined {
  const perl = cursor.match(PERL_CLASS)?.[1];
  if (perl) return charSet(PERL[perl.toLowerCase()] ?? '', foldCase, perl < 'a');
  const unicode = cursor.match(UNICODE_CLASS);
  if (!unicode) return undefined;
  const [, letter, caret, long, short] = unicode;
  return charSet(unicodeSet(long ?? short ?? ''), foldCase, (letter === 'P') !== (caret === '^'));
}

/** The set in brackets whose first one was just taken. */
export function bracketClass(cursor: TextCursor, foldCase: boolean): CharTest {
  const isNegated = cursor.take('^');
  const tests: CharTest[] = [];
  // A "]" that comes first is one of the characters.
  do tests.push(posixClass(cursor, foldCase) ?? namedClass(cursor, foldCase) ?? range(cursor, foldCase));
  while (!cursor.take(']'));
  return (char) => tests.some((test) => test(char)) !== isNegated;
}

/** Whether a character is this one, or, where case is folded, the same but for that. */
export function oneChar(literal: string, foldCase: boolean): CharTest {
  return foldCase ? charSet(codePointOf(literal), true, false) : (char) => char === literal;
}

function posixClass(cursor: TextCursor, foldCase: boolean): CharTest | undefined {
  const match = cursor.match(POSIX_CLASS);
  if (!match) return undefined;
  const [, caret, name = ''] = match;
  const inside = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
  if (inside === undefined) throw new SyntaxError(`there are no characters [:${name}:]`);
  return charSet(inside, foldCase, caret === '^');
}

function range(cursor: TextCursor, foldCase: boolean): CharTest {
  const first = classChar(cursor);
  if (!cursor.isAt('-') || cursor.isAt('-]')) return oneChar(first, foldCase);
  cursor.take('-');
  const last = classChar(cursor);
  const isEmpty = (first.codePointAt(0) ?? 0) > (last.codePointAt(0) ?? 0);
  if (isEmpty) throw new SyntaxError(`there are no characters from ${first} to ${last}`);
  return charSet(`${codePointOf(first)}-${codePointOf(last)}`, foldCase, false);
}

function classChar(cursor: TextCursor): string {
  if (cursor.isAt('\\')) return charEscape(cursor);
  const char = cursor.match(ANY_CHAR)?.[0];
  if (char === undefined) throw new SyntaxError('a "]" is missing');
  return char;
}

function unicodeSet(name: string): string {
  if (name === 'Any') return '\\u{0}-\\u{10ffff}';
  if (name === 'C') return ALL_CONTROL;
  return CATEGORY.test(name) ? `\\p{${name}}` : `\\p{Script=${name}}`;
}

function codePointOf(char: string): string {
  return `\\u{${char.codePointAt(0)?.toString(16)}}`;
}

/** Negated here, and not within the pattern: JavaScript folds the case of a negated set in another way. */
function charSet(inside: string, foldCase: boolean, isNegated: boolean): CharTest {
  const pattern = new RegExp(`[${inside}]`, foldCase ? 'iu' : 'u');
  return (char) => pattern.test(char) !== isNegated;
}
