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
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter(Boolean);
    if (rest.length > maxCharacters) throw new RangeError(`a line of more than ${maxCharacters} characters`);
  }
  if (rest) yield rest;
}
