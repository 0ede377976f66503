/** What matters to where an object ends: strings, as a whole, and braces. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}]/gs;

/**
 * Where the JSON object ends that a text begins with, over however many lines; 0 for a text that begins with none, or
 * with one that does not end. Whether it is JSON is for a parser to say.
 */
export function jsonObjectEnd(text: string): number {
  if (!text.startsWith('{')) return 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '{') depth += 1;
    else if (token === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return 0;
}
