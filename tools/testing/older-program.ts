import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');

/** The last commit whose shared process knows neither its version nor how to hand over. */
const FIRST_VERSION = 'f0e1b4f8e4e8';

/** As long as to install and build a checkout takes on a machine with much else to do. */
const BUILD_MS = 600_000;

/**
 * Builds the package with the shim program of the first version, packs it and unpacks it again, as its users have it, for the tests of the enclosing `describe`. Without the
 * history of the repository they are skipped with that reason, as `needs` does.
 *
 * @param directory where the checkout is made; removed after the tests.
 */
export function firstVersion(directory: string): { readonly program: string } {
  const owner = path.join(directory, 'packages/shim-service');
  // Unpacked beside the dependencies of its package.
  const program = path.join(owner, 'package/dist/shimwright-shim.cjs');
  if (!hasCommit()) {
    beforeEach((context) => {
      if (process.env['CI'] === 'true')
        throw new Error(`commit ${FIRST_VERSION} is missing: fetch all history`);
      context.skip(`needs commit ${FIRST_VERSION} of this repository`);
    });
    return { program };
  }
  beforeAll(async () => {
    const script = 'mkdir -p "$1" && git archive "$2" | tar -x -C "$1"';
    await execa('sh', ['-c', script, 'sh', directory, FIRST_VERSION], { cwd: ROOT });
    // Its types were checked in its day, and most of what it takes to develop it is not needed to build it.
    const settings = path.join(directory, 'tools/tsconfig.base.json');
    const { compilerOptions } = JSON.parse(await readFile(settings, 'utf8'));
    await writeFile(settings, JSON.stringify({ compilerOptions: { ...compilerOptions, noCheck: true } }));
    const wanted = ['--filter', '.', '--filter', 'shim-service...'];
    const install = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
    await execa('npx', ['--yes', 'pnpm@12', ...wanted, ...install], { cwd: directory });
    const build = path.join(directory, 'tools/build.ts');
    await execa(process.execPath, [build, 'shim-service'], {
      cwd: directory,
      env: { PATH: `${directory}/node_modules/.bin:${process.env['PATH']}` },
    });
    await execa('npx', ['--yes', 'pnpm@12', 'pack', '--pack-destination', owner], { cwd: owner });
    await execa('sh', ['-c', 'tar -xzf ./*.tgz'], { cwd: owner });
  }, BUILD_MS);
  afterAll(() => rm(directory, { recursive: true, force: true }), BUILD_MS);
  return { program };
}

function hasCommit(): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', FIRST_VERSION], { cwd: ROOT, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
