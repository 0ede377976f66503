import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const PACKAGE = path.join(import.meta.dirname, '..');
const bin = (name: string) => path.join(PACKAGE, 'node_modules/.bin', name);

/** The blocks of code of the README in a language, in their order. */
let blocks: (language: string) => readonly string[];
beforeAll(async () => {
  const readme = await readFile(path.join(PACKAGE, 'README.md'), 'utf8');
  blocks = (language) =>
    [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) =>
      String(code),
    );
});

const ANSWERS = ['hello!', '1', '2'];

/** Generates with the settings, and runs the program, of the README's example of that number. */
describe.each([
  ['protobuf-es', 0, [...ANSWERS, 'a,b', 'you?']],
  ['ts-proto, with definitions', 1, [...ANSWERS, 'a,b']],
  ['ts-proto, as it is by default', 2, ANSWERS],
])('the example for %s', (_, index, output) => {
  test('generates, has the right types, serves and calls', async () => {
    // In the package, so that its name resolves as it does for its users.
    const directory = await mkdtemp(path.join(PACKAGE, '.example-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(path.join(directory, 'echo.proto'), String(blocks('proto')[0]));
    await writeFile(path.join(directory, 'buf.gen.yaml'), String(blocks('yaml')[index]));
    const program = String(blocks('ts')[index]);
    await writeFile(path.join(directory, 'example.ts'), program);
    await execa(bin('buf'), ['generate'], { cwd: directory, preferLocal: true, localDir: PACKAGE });

    const compilerOptions = {
      ...{ module: 'nodenext', target: 'es2023', lib: ['es2024', 'esnext.array', 'esnext.disposable'] },
      ...{ types: ['node'], strict: true, noEmit: true, allowImportingTsExtensions: true },
      ...{ customConditions: ['@shimwright/source'], exactOptionalPropertyTypes: true },
    };
    await writeFile(
      path.join(directory, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['example.ts'] }),
    );
    const types = await execa('tsc', ['-p', directory], { preferLocal: true, reject: false });
    expect(types.stdout).toBe('');

    const { stdout, stderr } = await execa(
      process.execPath,
      ['--conditions=@shimwright/source', 'example.ts'],
      { cwd: directory },
    );
    expect([stdout.split('\n'), stderr]).toEqual([output, '']);
  });
});
