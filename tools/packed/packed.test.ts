import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { PROGRAMS } from '../programs.ts';
import { needs } from '../testing/needs.ts';
import { usageOf } from '../testing/readme.ts';
import { loadedModules } from './loaded-modules.ts';
import { installed, project } from './packed.ts';
import { entriesOf, entryName, NEED_RUNTIME, PACKAGES, packageName, ROOT } from './workspace-packages.ts';

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(installed(folder), 'package.json'), 'utf8'));
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('node_modules/')) // links to the programs of dependencies
    .toSorted();
}

/** What the build makes of a package's sources, which are all of them but the tests. */
async function builtFilesOf(folder: string): Promise<string[]> {
  const sources = await filesIn(path.join(ROOT, 'packages', folder, 'src'));
  const scripts = sources
    .filter((source) => source.endsWith('.sh'))
    .map((source) => path.join('dist', source));
  const types = sources
    .filter((source) => source.endsWith('.ts') && !source.endsWith('.test.ts'))
    .map((source) => path.join('dist', `${source.slice(0, -'.ts'.length)}.d.ts`));
  const entries = entriesOf(folder);
  // Beside them what several of them share, if they do.
  const isShared = (await filesIn(installed(folder))).includes('dist/shared.js');
  const code = isShared ? [...entries, 'shared'] : entries;
  const programs = Object.keys(PROGRAMS[folder] ?? {}).map((name) => `dist/${name}`);
  return [...code.map((name) => `dist/${name}.js`), ...programs, ...types, ...scripts];
}

/** Runs an ES module in the project where the packages are installed. */
async function runThere(
  name: string,
  code: string,
): Promise<{ stdout: string; stderr: string; exitCode: number | undefined }> {
  await writeFile(path.join(project, name), code);
  const { stdout, stderr, exitCode } = await execa(process.execPath, [name], {
    cwd: project,
    reject: false,
    env: { NODE_OPTIONS: '' },
  });
  return { stdout, stderr, exitCode };
}

test('no package of ours came from a registry', async () => {
  const all = await readdir(path.join(project, 'node_modules/.pnpm'));
  const ours = all.filter((name) => name.startsWith('@shimwright+'));

  expect(ours.map((name) => name.replace(/@file\+.*/, '')).toSorted()).toEqual(
    PACKAGES.map((folder) => `@shimwright+${folder}`),
  );
});

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('all have types, to a program of module %s that resolves as %s', async (module, moduleResolution) => {
  const name = `types-${moduleResolution}`;
  await writeFile(
    path.join(project, `${name}.ts`),
    PACKAGES.flatMap((folder) => entriesOf(folder).map((entry) => entryName(folder, entry)))
      .map(usesTypesOf)
      .join('\n'),
  );
  // Declaration files are checked as well: those of a package are as much its code as the rest. They name the types of
  // Node that they use, for a user's own settings need not.
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
  const compilerOptions = { module, moduleResolution, target: 'es2023', types: [], ...strict };
  await writeFile(
    path.join(project, `${name}.json`),
    JSON.stringify({ compilerOptions, files: [`${name}.ts`] }),
  );
  const { stdout } = await execa('tsc', ['-p', `${name}.json`], {
    cwd: project,
    preferLocal: true,
    localDir: ROOT,
    reject: false,
  });
  expect(stdout).toBe('');
});

/** Fails to compile where a package has no types, which makes everything `any`. */
function usesTypesOf(specifier: string, index: number): string {
  return `
    import * as all${index} from '${specifier}';
    export const isAny${index}: 0 extends 1 & typeof all${index} ? true : false = false;`;
}

describe.each(PACKAGES)('%s', (folder) => {
  test('holds what is built from its sources, what it declares besides, and the documents', async () => {
    const files = await filesIn(installed(folder));
    const documents = ['LICENSE', 'README.md', 'package.json'];
    const manifest = await manifestOf(folder);
    const declared = manifest.files.filter((entry) => entry !== 'dist');
    const programs = Object.values(manifest.bin ?? {}).map((file) => path.normalize(file));
    const changelog = files.filter((file) => file === 'CHANGELOG.md'); // from its first release on

    expect(files).toEqual(
      [
        ...new Set([...documents, ...changelog, ...declared, ...programs, ...(await builtFilesOf(folder))]),
      ].toSorted(),
    );
  });

  test('declares what it needs as others can resolve it, runs nothing when installed, and knows no sources', async () => {
    const manifest = await manifestOf(folder);

    expect(manifest.scripts).toBeUndefined();
    const entries = entriesOf(folder);
    expect(entries).toContain('index');
    expect(manifest.exports).toEqual({
      ...Object.fromEntries(
        entries.map((name) => [
          name === 'index' ? '.' : `./${name}`,
          { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
        ]),
      ),
      './package.json': './package.json',
    });
    for (const range of Object.values(manifest.dependencies ?? {})) expect(range).toMatch(/^[\^~]?\d/);
  });

  test('imports on its own, and has something to give', async () => {
    const { stdout, stderr } = await runThere(
      `import-${folder}.js`,
      entriesOf(folder)
        .map((entry) => `console.log(Object.keys(await import('${entryName(folder, entry)}')).join());`)
        .join('\n'),
    );
    expect(stderr).toBe('');
    const lines = stdout.split('\n');
    expect(lines).toEqual(entriesOf(folder).map(() => expect.stringMatching(/\w/)));
  });

  test('loads no library of others before it is needed', async () => {
    const urls = await loadedModules(packageName(folder), project);
    const isLoaded = (name: string) => urls.some((url) => url.includes(`/node_modules/${name}/`));

    expect(['execa', 'fs-extra', 'koffi'].filter(isLoaded)).toEqual([]);
  });

  describe('its usage example', () => {
    needs(
      ...(NEED_RUNTIME.includes(folder)
        ? (['linux', 'root', 'command runc', 'command containerd-shim'] as const)
        : []),
    );

    test('runs unchanged from the README', async () => {
      const usage = usageOf(await readFile(path.join(installed(folder), 'README.md'), 'utf8'));
      const { stdout, stderr, exitCode } = await runThere(`usage-${folder}.mjs`, usage);
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
      expect(stdout).not.toBe('');
    });
  });
});
