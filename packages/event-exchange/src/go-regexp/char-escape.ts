import type { TextCursor } from '../text-cursor.ts';

const HEX = /\\x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/y;
// One digit from 1 to 7 alone would refer to a group, which Go does not have.
const OCTAL = /\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/y;
const CONTROL = /\\([afnrtv])/y;
const ITSELF = /\\(?![0-9A-Za-z])(\p{ASCII})/uy;

const CONTROLS: Readonly<Record<string, string>> = {
  a: '\u0007',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * The one character that the escape here stands for, as in Go's regular expressions.
 *
 * @throws {SyntaxError} when there is no such escape.
 */
export function charEscape(cursor: TextCursor): string {
  const [, long, short] = cursor.match(HEX) ?? [];
  const hex = long ?? short;
  if (hex !== undefined) return charOf(Number.parseInt(hex, 16));
  const octal = cursor.match(OCTAL)?.[1];
  if (octal !== undefined) return charOf(Number.parseInt(octal, 8));
  const control = cursor.match(CONTROL)?.[1];
  if (control !== undefined) return CONTROLS[control] ?? '';
  const itself = cursor.match(ITSELF)?.[1];
  if (itself !== undefined) return itself;
  throw new SyntaxError(`there is no escape ${cursor.text.slice(cursor.position, cursor.position + 2)}`);
}

function charOf(codePoint: number): string {
  if (codePoint <= 0x10_ffff) return String.fromCodePoint(codePoint);
  throw new SyntaxError('there is no such character');
}
