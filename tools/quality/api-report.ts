import path from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

/**
 * All that a program can import from a package, as one text of declarations without comments: what changes in it
 * changes for the users.
 *
 * @param dist the directory with the declarations that the compiler has made.
 * @param entries what can be imported by itself; `index` is the package.
 */
export async function apiReport(dist: string, entries: readonly string[]): Promise<string> {
  const reports: string[] = [];
  for (const entry of entries) {
    const report = await reportOf(dist, entry);
    reports.push(entry === 'index' ? report : `// ${entry}\n${report}`);
  }
  return reports.join('');
}

async function reportOf(dist: string, entry: string): Promise<string> {
  const bundle = await rolldown({
    input: path.join(dist, `${entry}.d.ts`),
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
