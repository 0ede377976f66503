// Builds the packages that are given as folders, or all: `node tools/build.ts [FOLDER…]`. The types stay in
// files of their own; the code becomes one file a package, since to find and read a module takes Node as long as to run it.
import { chmod, cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { build } from 'rolldown';
import { entriesOf } from './packed/workspace-packages.ts';
import { shimProgramBuild } from './shim-program-build.ts';

const ROOT = path.join(import.meta.dirname, '..');

const given = process.argv.slice(2);
const folders = given.length > 0 ? given : await readdir(path.join(ROOT, 'packages'));

await execa('tsc', ['-b', ...folders.map((folder) => path.join('packages', folder))], {
  cwd: ROOT,
  preferLocal: true,
  stdio: 'inherit',
});
for (const folder of folders) await bundle(path.join(ROOT, 'packages', folder));

// A shim starts in the time that Node takes to find and read its modules, so it is one file with all that it
// needs, in the older kind of module, which Node reads sooner. What is native cannot be part of it.
if (folders.includes('shim-service')) {
  const directory = path.join(ROOT, 'packages/shim-service');
  await shimProgram(directory, 'src/shim-process/main.ts', 'shimwright-shim.cjs');
  await shimProgram(directory, 'src/keeper/main.ts', 'shimwright-keeper.cjs');
  await shimProgram(directory, 'src/v2/main.ts', 'shimwright-shim-v2.cjs');
}

// Likewise what takes the events of v2 shims.
if (folders.includes('shim-client')) {
  const directory = path.join(ROOT, 'packages/shim-client');
  await shimProgram(directory, 'src/v2/forwarder/main.ts', 'forward-events.cjs');
}

async function shimProgram(directory: string, input: string, name: string): Promise<void> {
  const file = path.join(directory, 'dist', name);
  await build(shimProgramBuild(path.join(directory, input), file));
  await chmod(file, 0o755);
}

// What works for containers beside the program that made them is small and starts often, for the same reasons.
if (folders.includes('containers')) {
  for (const [name, source] of [
    ['recorder', 'logs/recorder-main.ts'],
    ['copier', 'copy/copier-main.ts'],
  ] as const) {
    const directory = path.join(ROOT, 'packages/containers');
    await build({
      input: path.join(directory, 'src', source),
      platform: 'node',
      resolve: { conditionNames: ['@shimwright/source', 'node', 'import', 'default'] },
      external: ['koffi', 'tar'],
      output: {
        file: path.join(directory, `dist/shimwright-${name}.cjs`),
        format: 'cjs',
        codeSplitting: false,
      },
    });
  }
}

async function bundle(directory: string): Promise<void> {
  const source = path.join(directory, 'src');
  const dist = path.join(directory, 'dist');
  await removeOld(dist, source);
  await build({
    input: Object.fromEntries(
      [...entriesOf(path.basename(directory)), ...programsOf(directory)].map((name) => [
        name,
        path.join(source, `${name}.ts`),
      ]),
    ),
    platform: 'node',
    external: /^[^./]/, // whatever is not a file of the package is a dependency, or Node's own
    output: {
      dir: dist,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      // What several entries share is one file of its own, so that each thing exists once.
      codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
    },
  });
  for (const name of programsOf(directory)) await chmod(path.join(dist, `${name}.js`), 0o755);
  const scripts = (await readdir(source)).filter((name) => name.endsWith('.sh'));
  for (const script of scripts) await cp(path.join(source, script), path.join(dist, script));
}

/** The programs of a package that share its code; those that are one file for themselves are made above. */
function programsOf(directory: string): string[] {
  return path.basename(directory) === 'cli' ? ['shimwright'] : [];
}

/** Removes the code, and the types of sources that are gone; the compiler writes only those anew that have changed. */
async function removeOld(dist: string, source: string): Promise<void> {
  const sources = await readdir(source, { recursive: true });
  const types = sources
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${file.slice(0, -'.ts'.length)}.d.ts`);
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && !types.includes(path.relative(dist, file))) await rm(file);
  }
}
