import path from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

/**
 * All that a program can import from a package, as one text of declarations without comments: what changes in it
 * changes for the users.
 *
 * @param dist the directory with the declarations that the compiler has made.
 */
export async function apiReport(dist: string): Promise<string> {
  const bundle = await rolldown({
    input: path.join(dist, 'index.d.ts'),
    external: /^[^./]/,
    // The declarations are there; the generator is named since the default one wants a compiler to ask.
    plugins: [dts({ dtsInput: true, tsconfig: false, generator: 'oxc' })],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  return withoutComments(output[0].code);
}

/** No string of a type begins a comment. */
function withoutComments(declarations: string): string {
  return declarations
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n')
    .concat('\n');
}
