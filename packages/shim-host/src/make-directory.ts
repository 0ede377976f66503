import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { hasCode } from './errors.ts';

/** Makes a directory that only its owner can look into, and its parents the same, where they are missing. */
export function makeDirectory(directory: string): void {
  // One by one, since Node's recursive mkdir makes an ENOENT of whatever else hinders it.
  try {
    makeOne(directory);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    makeDirectory(path.dirname(directory));
    makeOne(directory);
  }
}

function makeOne(directory: string): void {
  try {
    mkdirSync(directory, 0o700);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error; // what is no directory shows in the next look
  }
}
