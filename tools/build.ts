// Builds the packages that are given as folders, or all: `node tools/build.ts [FOLDER…]`. The types stay in
// files of their own; the code becomes one file a package, since to find and read a module takes Node as long as to run it.
import { chmod, cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { build } from 'rolldown';
import { entriesOf } from './packed/workspace-packages.ts';
import { PROGRAMS } from './programs.ts';
import { shimProgramBuild } from './shim-program-build.ts';

/** `engines` of every package. */
const OLDEST_NODE = 'node22.18';

const ROOT = path.join(import.meta.dirname, '..');

const given = process.argv.slice(2);
const folders = given.length > 0 ? given : await readdir(path.join(ROOT, 'packages'));

await execa('tsc', ['-b', ...folders.map((folder) => path.join('packages', folder))], {
  cwd: ROOT,
  preferLocal: true,
  stdio: 'inherit',
});
for (const folder of folders) await bundle(path.join(ROOT, 'packages', folder));

for (const folder of folders) {
  const directory = path.join(ROOT, 'packages', folder);
  for (const [name, source] of Object.entries(PROGRAMS[folder] ?? {})) {
    const file = path.join(directory, 'dist', name);
    await build(shimProgramBuild(path.join(directory, source), file));
    await chmod(file, 0o755);
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
    // `using` is syntax that the oldest Node.js we promise does not know.
    transform: { target: OLDEST_NODE },
    // Whatever is not a file of the package is a dependency, or Node's own; but not what stands for syntax.
    external: (id) => /^[^./]/.test(id) && !id.startsWith('\0') && !id.startsWith('@oxc-project/runtime/'),
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
