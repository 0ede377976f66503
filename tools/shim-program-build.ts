import type { BuildOptions } from 'rolldown';

/** How the program of a shim is made one file, from its source. */
export function shimProgramBuild(input: string, file: string): BuildOptions {
  return {
    input,
    platform: 'node',
    resolve: { conditionNames: ['@shimwright/source', 'node', 'import', 'default'] },
    // Runtimes are started by posix_spawn, so what only execa's way needs is left out, with the notices it would owe. TOML is
    // read by few, and only once.
    external: ['koffi', 'execa', 'smol-toml', 'tar'],
    // A module of Node that nothing uses is not loaded: `node:net` alone takes the keeper a megabyte.
    treeshake: { moduleSideEffects: 'no-external' },
    output: { file, format: 'cjs', codeSplitting: false, banner: '#!/usr/bin/env node' },
  };
}
