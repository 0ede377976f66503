import { unlinkSync } from 'node:fs';
import { hasCode } from './errors.ts';

/** Removes a file, if it is there. */
export function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** The same, where another failure matters more, or the file is in nobody's way. */
export function removeQuietly(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It stays.
  }
}
