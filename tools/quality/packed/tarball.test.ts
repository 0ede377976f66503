import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { execa } from 'execa';
import { publint } from 'publint';
import { describe, expect, test } from 'vitest';
import { installed, project, tarball } from '../../packed/packed.ts';
import { PACKAGES, packageName } from '../../packed/workspace-packages.ts';

/** What the packages do not promise: a CommonJS program would have to `import()` them, and old resolvers know no exports. */
const ESM_ONLY: readonly string[] = ['NoResolution node10', 'CJSResolvesToESM node16-cjs'];

describe.each(PACKAGES)('%s', (folder) => {
  test('is a package that publint finds nothing about', async () => {
    const data = await readFile(tarball(folder));
    const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    const { messages } = await publint({ pack: { tarball: bytes }, strict: true, level: 'suggestion' });
    expect(messages).toEqual([]);
  });

  test('has types that are right for every program that can import it', async () => {
    const data = await readFile(tarball(folder));
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(data)));
    const problems = result.types ? result.problems.map(said) : ['no types'];
    // Each entry of a package has them.
    expect([...new Set(problems)].toSorted()).toEqual(ESM_ONLY.toSorted());
  });

  test('has no script that an install would run', async () => {
    const manifest = JSON.parse(await readFile(path.join(installed(folder), 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('gypfile');
    const { stdout } = await execa('tar', ['-tzf', tarball(folder)]);
    expect(stdout.split('\n')).not.toContain('package/binding.gyp');
  });

  test('lets nobody import a file of it by its path', async () => {
    const { stdout } = await execa('tar', ['-tzf', tarball(folder)]);
    const inside = stdout.split('\n').map((file) => file.replace('package/', ''));
    const specifiers = inside
      .filter((file) => file !== 'package.json')
      .map((file) => `${packageName(folder)}/${file}`);
    expect(specifiers).toContain(`${packageName(folder)}/dist/index.js`);
    expect(await resolvable(specifiers)).toEqual([]);
    expect(await resolvable([`${packageName(folder)}/package.json`])).not.toEqual([]);
  });
});

test('the program of shim-service holds no code of others, whose notices it would owe', async () => {
  const program = await readFile(path.join(installed('shim-service'), 'dist/shimwright-shim.cjs'), 'utf8');
  expect(program).toContain('// packages/shim-service/');
  expect(program).not.toContain('// node_modules/');
});

function said(problem: Problem): string {
  const where = 'resolutionKind' in problem ? problem.resolutionKind : JSON.stringify(problem);
  return `${problem.kind} ${where}`;
}

/** Those of the specifiers that a program beside the installed packages may import. */
async function resolvable(specifiers: readonly string[]): Promise<readonly string[]> {
  const program = `
    const resolves = (specifier) => { try { return import.meta.resolve(specifier); } catch {} };
    console.log(JSON.stringify(${JSON.stringify(specifiers)}.filter(resolves)));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: project,
    env: { NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout);
}
