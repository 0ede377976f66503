// Builds the packages that are given as folders, or all: `node tools/build.ts [FOLDER…]`. The types stay in
// files of their own; the code becomes one file a package, since to find and read a module takes Node as long as to run it.
import { cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { build } from 'rolldown';

const ROOT = path.join(import.meta.dirname, '..');

const given = process.argv.slice(2);
const folders = given.length > 0 ? given : await readdir(path.join(ROOT, 'packages'));

await execa('tsc', ['-b', ...folders.map((folder) => path.join('packages', folder))], {
  cwd: ROOT,
  preferLocal: true,
  stdio: 'inherit',
});
for (const folder of folders) await bundle(path.join(ROOT, 'packages', folder));

async function bundle(directory: string): Promise<void> {
  const source = path.join(directory, 'src');
  const dist = path.join(directory, 'dist');
  await removeCode(dist);
  await build({
    input: path.join(source, 'index.ts'),
    platform: 'node',
    external: /^[^./]/, // whatever is not a file of the package is a dependency, or Node's own
    output: { file: path.join(dist, 'index.js'), format: 'esm', codeSplitting: false },
  });
  const scripts = (await readdir(source)).filter((name) => name.endsWith('.sh'));
  for (const script of scripts) await cp(path.join(source, script), path.join(dist, script));
}

/** The types are left alone: the compiler writes only those anew whose sources have changed. */
async function removeCode(dist: string): Promise<void> {
  const files = await readdir(dist, { recursive: true });
  for (const file of files) if (file.endsWith('.js')) await rm(path.join(dist, file));
}
