import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

function cut(text: string, size: number): Uint8Array[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

async function collected(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

test('lines come out as they went in, wherever the chunks begin', async () => {
  const line = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\n'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (lines, size, ends) => {
        const text = lines.join('\n') + (ends && lines.length > 0 ? '\n' : '');
        expect(await collected(linesOf(cut(text, size), 1000))).toEqual(lines);
      },
    ),
  );
});

test('empty lines are left out', async () => {
  expect(await collected(linesOf(cut('\n\na\n\nb\n\n', 2), 10))).toEqual(['a', 'b']);
});

test('a line without end is not collected', async () => {
  async function* endless() {
    for (;;) yield Buffer.alloc(100, 'x');
  }
  await expect(collected(linesOf(endless(), 1000))).rejects.toThrow(RangeError);
});
