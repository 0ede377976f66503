import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Reads a file of this directory, in which something is recorded so that a change of it is seen in review. */
export function readRecord(name: string): string {
  return readFileSync(path.join(import.meta.dirname, name), 'utf8');
}

/** Writes such a file. */
export function writeRecord(name: string, content: string): void {
  writeFileSync(path.join(import.meta.dirname, name), content);
}
