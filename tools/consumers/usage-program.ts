import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { installed } from '../packed/packed.ts';
import { usageOf } from '../testing/readme.ts';

/** The usage example of an installed package, in the two parts that a module has. */
export interface UsageProgram {
  readonly imports: string;
  readonly body: string;
}

/** The example as a user would copy it; what it prints goes to `FOLDER.said` in the directory that `SAID` names. */
export async function usageProgram(folder: string): Promise<UsageProgram> {
  const usage = usageOf(await readFile(path.join(installed(folder), 'README.md'), 'utf8'));
  const statements = /^import [^;]+;\n/gm;
  const imports = [
    ...(usage.match(statements) ?? []),
    `import { appendFileSync as appendSaid } from 'node:fs';\n`,
    `import { format as formatSaid } from 'node:util';\n`,
  ].join('');
  // Jest has a console of its own; with this one, each way of running it can be compared with the others.
  const say = `const console = { log: (...values) => appendSaid(process.env.SAID + '/${folder}.said', formatSaid(...values) + '\\n') };\n`;
  return { imports, body: say + usage.replaceAll(statements, '') };
}

/** A module that runs the example when it is loaded. */
export function asModule({ imports, body }: UsageProgram): string {
  return imports + body;
}

/** A module whose code is in a function, since CommonJS has no `await` outside of one. */
export function asFunction({ imports, body }: UsageProgram): string {
  return `${imports}(async () => {\n${body}\n})().catch((error) => {\n  process.stderr.write(\`\${error.stack}\\n\`);\n  process.exitCode = 1;\n});\n`;
}

/** A test of Jest. */
export function asJestTest({ imports, body }: UsageProgram): string {
  return `${imports}test('the usage example', async () => {\n${body}\n}, 120_000);\n`;
}
