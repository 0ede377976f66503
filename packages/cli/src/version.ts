import { readFileSync } from 'node:fs';

/** The version of this package; that of a copy in somebody's bundle is not known. */
export function version(): string {
  try {
    return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
  } catch {
    return 'unknown';
  }
}
