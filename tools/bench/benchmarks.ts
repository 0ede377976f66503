import { readdir } from 'node:fs/promises';

/** These measure packages as built; the others run from the sources. */
const OF_BUILT = ['containers', 'import', 'memory', 'v2'];

/** The names of all benchmarks. */
export async function benchmarks(): Promise<{
  readonly ofBuilt: readonly string[];
  readonly ofSources: readonly string[];
}> {
  const all = (await readdir(import.meta.dirname))
    .filter((name) => name.endsWith('.bench.ts'))
    .map((name) => name.slice(0, -'.bench.ts'.length))
    .toSorted();
  return {
    ofBuilt: all.filter((name) => OF_BUILT.includes(name)),
    ofSources: all.filter((name) => !OF_BUILT.includes(name)),
  };
}
