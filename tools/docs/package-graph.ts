import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGES, packageName, ROOT } from '../packed/workspace-packages.ts';

/** A package as the picture shows it. */
export interface PackageNode {
  /** The name of its folder. */
  readonly folder: string;
  /** What its manifest says of it. */
  readonly description: string;
  /** The folders of the packages it is built on, without those that come with another of them. */
  readonly uses: readonly string[];
}

/** The packages, each with the ones it is built on, as their manifests say. */
export function packageGraph(): readonly PackageNode[] {
  const manifests = new Map(PACKAGES.map((folder) => [folder, manifestOf(folder)]));
  const usesOf = (folder: string) =>
    PACKAGES.filter((other) => packageName(other) in (manifests.get(folder)?.dependencies ?? {}));
  const comesWith = (folder: string): readonly string[] =>
    usesOf(folder).flatMap((other) => [other, ...comesWith(other)]);
  return PACKAGES.map((folder) => ({
    folder,
    description: manifests.get(folder)?.description ?? '',
    uses: usesOf(folder).filter((used) => !usesOf(folder).flatMap(comesWith).includes(used)),
  }));
}

interface Manifest {
  readonly description: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8'));
}
