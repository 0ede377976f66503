import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The repository's root. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** The folder names of the packages that are published. */
export const PACKAGES: readonly string[] = readdirSync(path.join(ROOT, 'packages'))
  .filter(isPublished)
  .toSorted();

/** Those whose usage example runs a container, or drives the programs that do. */
export const NEED_RUNTIME: readonly string[] = [
  'containers',
  'oci-image',
  'oci-runtime',
  'recover',
  'runtime-v1',
  'runtime-v2',
  'shim-client',
  'shim-service',
  'task-core',
];

/** What a package is called in an import. */
export function packageName(folder: string): string {
  return `@shimwright/${folder}`;
}

/** The names of the entries of a package: `index`, and whatever has a path of its own, as `@shimwright/FOLDER/NAME`. */
export function entriesOf(folder: string): readonly string[] {
  const { exports } = JSON.parse(readFileSync(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8'));
  return Object.keys(exports)
    .filter((name) => name !== './package.json')
    .map((name) => (name === '.' ? 'index' : name.slice('./'.length)));
}

/** What an entry of a package is called in an import. */
export function entryName(folder: string, entry: string): string {
  return entry === 'index' ? packageName(folder) : `${packageName(folder)}/${entry}`;
}

/** A package that is being made, and not yet whole, is private. */
function isPublished(folder: string): boolean {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8'));
  return manifest.private !== true;
}
