import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generate } from '../../../tools/shim-api/generate.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';

const committed = fileURLToPath(new URL('../src/gen', import.meta.url));

/** The files of a directory, however deep, with their contents. */
async function filesIn(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [path.relative(directory, file), await readFile(file, 'utf8')];
      }),
    ),
  );
}

test('the generated code is what the .proto files give, byte for byte', async () => {
  const anew = path.join(await tempDir(), 'gen');
  await generate(anew);
  expect(await filesIn(anew)).toEqual(await filesIn(committed));
});

test('nothing of the generator’s own runtime, nor of its bounds, is left in it', async () => {
  const code = Object.values(await filesIn(committed)).join('\n');
  expect(code).not.toMatch(
    /@bufbuild|longTo|RecursionDepth|reader\.len\b|globalThis|BigInt|tag === 0|skip\(tag & 7\)/,
  );
});
