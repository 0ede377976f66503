import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The repository's root. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** The folder names of the packages that are published. */
export const PACKAGES: readonly string[] = readdirSync(path.join(ROOT, 'packages')).toSorted();

/** What a package is called in an import. */
export function packageName(folder: string): string {
  return `@shimwright/${folder}`;
}
