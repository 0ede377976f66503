import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['@shimwright/source', 'node', 'import', 'default'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'tools/**/*.test.ts'],
    // Real processes, mounts and cgroups: a loaded machine is slow, and a test that hangs is still ended.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a test starts must find the sources too.
    pool: 'forks',
    execArgv: ['--conditions=@shimwright/source'],
  },
});
