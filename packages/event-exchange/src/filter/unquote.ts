/** What begins and ends a quoted text. */
export type Quote = '"' | '/' | '|';

// The escapes of Go strings; only the quote itself can be escaped, not the other two.
const escapes = (quote: string) =>
  `\\\\(?:[abfnrtv\\\\${quote}]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3})`;
const quoted = (quote: string) =>
  new RegExp(`[${quote}]((?:[^${quote}\\\\\\n\\u{fffd}]|${escapes(quote)})*)[${quote}]`, 'uy');

/** Matches a whole quoted text, and its inside. */
export const quotedPatterns: Readonly<Record<Quote, RegExp>> = {
  '"': quoted('"'),
  '/': quoted('/'),
  '|': quoted('|'),
};

const ESCAPE = /\\(?:([abfnrtv])|x(..)|u(.{4})|U(.{8})|([0-7]{3})|(.))/gu;
const CONTROLS: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/**
 * The inside of a quoted text with its escapes resolved as in a Go string, where `\x` and octal ones are bytes, of which
 * several may make a character. Undefined when an escape stands for more than there is.
 */
export function unquote(inside: string): string | undefined {
  if (!inside.includes('\\')) return inside;
  const parts: Buffer[] = [];
  let end = 0;
  for (const found of inside.matchAll(ESCAPE)) {
    const bytes = bytesOf(found);
    if (!bytes) return undefined;
    parts.push(Buffer.from(inside.slice(end, found.index)), bytes);
    end = found.index + found[0].length;
  }
  parts.push(Buffer.from(inside.slice(end)));
  return Buffer.concat(parts).toString('utf8');
}

function bytesOf([, control, hex, short, long, octal, itself = '']: RegExpExecArray): Buffer | undefined {
  if (control !== undefined) return Buffer.of(CONTROLS[control] ?? 0);
  if (hex !== undefined) return Buffer.of(Number.parseInt(hex, 16));
  if (octal !== undefined) return octal > '377' ? undefined : Buffer.of(Number.parseInt(octal, 8));
  const codePoint = short ?? long;
  if (codePoint === undefined) return Buffer.from(itself);
  const value = Number.parseInt(codePoint, 16);
  return value > 0x10_ffff ? undefined : Buffer.from(String.fromCodePoint(value));
}
