import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { packageName } from '../packed/workspace-packages.ts';
import { withDependencies } from './dependencies.ts';

/** How much a package takes, in bytes. */
export interface PackageSize {
  /** What is downloaded for the package alone. */
  readonly tarball: number;
  /** The files of the package and of all that comes with it, as the lockfile has it. */
  readonly install: number;
}

/** Where a package was packed to, and installed from that. */
export interface PackedPlaces {
  tarball(folder: string): string;
  installed(folder: string): string;
}

/** Measures a package; its directory in the repository holds more than its users get, so ours are measured where they are installed. */
export function packageSize(folder: string, { tarball, installed }: PackedPlaces): PackageSize {
  const directories = withDependencies(folder).map(({ name, directory }) =>
    directory.endsWith(`/packages/${path.basename(name)}`) ? installed(path.basename(directory)) : directory,
  );
  if (!directories.includes(installed(folder))) throw new Error(`${packageName(folder)} was not measured`);
  return {
    tarball: statSync(tarball(folder)).size,
    install: directories.map(filesSize).reduce((sum, size) => sum + size, 0),
  };
}

function filesSize(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !path.relative(directory, file).startsWith('node_modules/'))
    .reduce((sum, file) => sum + statSync(file).size, 0);
}
