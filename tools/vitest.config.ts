import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './testing/longest-first.ts';
import { SkipReasons } from './testing/skip-reasons.ts';
import { slowness } from './testing/slowness.ts';

/** These look at the packages as users get them, which takes a build, a pack and an install before. */
const PACKED = [
  'tools/packed/packed.test.ts',
  'tools/packed/surroundings.test.ts',
  'tools/quality/packed/*.test.ts',
  'tools/bench/built.test.ts',
  'tools/consumers/*.test.ts',
];

// A worker would compile Vitest anew for each file, and a program that a test starts strip the types of some hundred sources: half a
// second of a processor each.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../node_modules/.cache/compiled', import.meta.url),
);

const conditions = ['@shimwright/source', 'node', 'import', 'default'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Real processes, mounts and cgroups: a loaded machine is slow, and a test that hangs is still ended.
    testTimeout: 60_000 * slowness(),
    hookTimeout: 60_000 * slowness(),
    expect: { poll: { timeout: 1_000 * slowness() } },
    setupFiles: slowness() > 1 ? [path.join(import.meta.dirname, 'testing/stretch-polls.ts')] : [],
    reporters: ['default', new SkipReasons()],
    // On a machine of the forge, whose load is not ours, a test that fails is tried once more; the report tells which.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    // What a test starts must find the sources too.
    pool: 'forks',
    // Most of them wait for processes, so that more than there are processors do no harm.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    execArgv: ['--conditions=@shimwright/source'],
    projects: [
      {
        extends: true,
        test: {
          name: 'sources',
          include: ['packages/*/{src,test}/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PACKED],
          globalSetup: path.join(import.meta.dirname, 'testing/build-programs.ts'),
        },
      },
      {
        extends: true,
        test: {
          name: 'packed',
          include: PACKED,
          globalSetup: path.join(import.meta.dirname, 'packed/global-setup.ts'),
        },
      },
    ],
  },
});
