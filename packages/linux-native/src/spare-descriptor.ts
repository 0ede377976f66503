import { closeSync, openSync, readFileSync } from 'node:fs';
import { isSystemError } from './system-error.ts';

let spare: number | undefined;

/** Keeps a descriptor for `readWithSpare`, unless one is kept already. */
export function keepSpare(): void {
  try {
    spare ??= openSync('/', 'r');
  } catch {
    // The next time, perhaps.
  }
}

/**
 * Reads a file, also where this process has no descriptor left: for that, one is kept. Who lives would be taken for gone without it,
 * and the end of a container be told that runs.
 */
export function readWithSpare(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (spare === undefined || !isSystemError(error, 'EMFILE', 'ENFILE')) throw error;
    closeSync(spare);
    spare = undefined;
    return readFileSync(file, 'latin1');
  } finally {
    keepSpare();
  }
}
