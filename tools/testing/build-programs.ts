import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'rolldown';
import { PROGRAMS } from '../programs.ts';
import { shimProgramBuild } from '../shim-program-build.ts';

const PACKAGES = path.join(import.meta.dirname, '../../packages');

/**
 * Builds the programs that the packages start, as users have them: in `directory`, for each package a folder as it
 * would be installed.
 */
export async function buildPrograms(directory: string): Promise<void> {
  for (const [folder, programs] of Object.entries(PROGRAMS)) {
    const [own, installed] = [path.join(PACKAGES, folder), path.join(directory, folder)];
    await mkdir(path.join(installed, 'dist'), { recursive: true });
    for (const name of ['package.json', 'node_modules'])
      await symlink(path.join(own, name), path.join(installed, name));
    for (const [name, source] of Object.entries(programs))
      await build(shimProgramBuild(path.join(own, source), path.join(installed, 'dist', name)));
  }
}

/**
 * Builds them once for all tests: what the tests start is then what users start, and takes a third of the processor that its sources
 * would, hundreds of times.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'shimwright-programs-'));
  await mkdir(path.join(directory, 'tests/dist'), { recursive: true }); // see quick-program.ts
  await chmod(directory, 0o755); // some tests start them as another user
  await buildPrograms(directory);
  process.env['SHIMWRIGHT_PROGRAMS'] = directory;
  return () => rm(directory, { recursive: true, force: true });
}
