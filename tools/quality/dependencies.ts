import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../packed/workspace-packages.ts';

/** A package that comes with one of ours, as the lockfile has it and as it is installed here. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** As its manifest says. */
  readonly license: string;
  readonly directory: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** All that is installed with a package, itself among it; of what is optional, what this machine takes. */
export function withDependencies(folder: string): readonly Dependency[] {
  const found = new Map<string, Dependency>();
  collect(path.join(ROOT, 'packages', folder), found);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function collect(directory: string, found: Map<string, Dependency>): void {
  if (found.has(directory)) return;
  const manifest: Manifest = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
  const { name, version, license = 'none' } = manifest;
  found.set(directory, { name, version, license, directory });
  for (const needed of Object.keys(manifest.dependencies ?? {})) {
    const there = find(needed, directory);
    if (!there) throw new Error(`${name} needs ${needed}, which is not installed`);
    collect(there, found);
  }
  for (const wanted of Object.keys(manifest.optionalDependencies ?? {})) {
    const there = find(wanted, directory);
    if (there) collect(there, found);
  }
}

/** Where `name` is found from a package, by Node's own rule: in the nearest `node_modules` that has it. */
function find(name: string, from: string): string | undefined {
  for (let directory = from; directory !== path.dirname(directory); directory = path.dirname(directory)) {
    const candidate = path.join(directory, 'node_modules', name);
    if (existsSync(candidate)) return realpathSync(candidate);
  }
  return undefined;
}
