import type { BuildOptions } from 'rolldown';

const OLDEST_READER = 'node18';

/** How the program of a shim is made one file, from its source. */
export function shimProgramBuild(input: string, file: string): BuildOptions {
  return {
    input,
    platform: 'node',
    resolve: { conditionNames: ['@shimwright/source', 'node', 'import', 'default'] },
    // An older Node.js has to understand the file as far as to where it is told that it is too old.
    transform: { target: OLDEST_READER },
    // Runtimes are started by posix_spawn, so what only execa's way needs is left out, with the notices it would owe. TOML is
    // read by few, and only once.
    external: ['koffi', 'execa', 'smol-toml', 'tar'],
    // A module of Node that nothing uses is not loaded: `node:net` alone takes the keeper a megabyte.
    treeshake: { moduleSideEffects: 'no-external' },
    output: { file, format: 'cjs', codeSplitting: false, banner: '#!/usr/bin/env node' },
  };
}
