import { StringDecoder } from 'node:string_decoder';

/**
 * The lines of a stream, without their ends; empty ones are left out.
 *
 * @throws {RangeError} for a line of more than `maxCharacters`.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxCharacters: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let begun: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const text = decoder.write(chunk);
    const end = text.lastIndexOf('\n');
    if (end >= 0) {
      begun.push(text.slice(0, end));
      yield* begun.join('').split('\n').filter(Boolean);
      begun = [];
      length = 0;
    }
    const rest = text.slice(end + 1);
    begun.push(rest);
    length += rest.length;
    if (length > maxCharacters) throw new RangeError(`a line of more than ${maxCharacters} characters`);
  }
  const last = begun.join('') + decoder.end();
  if (last) yield last;
}
