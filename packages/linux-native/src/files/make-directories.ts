import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isSystemError } from '../system-error.ts';

const DEFAULT_MODE = 0o755;

/**
 * Makes a directory, and those above it that are missing; the umask takes its part of their modes.
 *
 * It is for paths that somebody else has chosen. Node's own `mkdir` with `recursive` never ends where a file system refuses every new
 * name as if the directory above it were missing, as `/proc` does.
 *
 * @param mode of the directory itself.
 * @param modeAbove of those above it that are made.
 * @returns whether it was made: false for one that is there.
 * @throws a system error of `mkdir`.
 */
export async function makeDirectories(
  directory: string,
  mode = DEFAULT_MODE,
  modeAbove = DEFAULT_MODE,
): Promise<boolean> {
  try {
    return await makeOne(directory, mode);
  } catch (error) {
    const isWorthAnother = async () => makeDirectories(path.dirname(directory), modeAbove, modeAbove);
    if (!isSystemError(error, 'ENOENT') || !(await isWorthAnother())) throw error;
  }
  return makeOne(directory, mode);
}

async function makeOne(directory: string, mode: number): Promise<boolean> {
  try {
    await mkdir(directory, mode);
    return true;
  } catch (error) {
    if (!isSystemError(error, 'EEXIST') || !(await stat(directory)).isDirectory()) throw error;
    return false;
  }
}

/** The same, at once. @throws a system error of `mkdir`. */
export function makeDirectoriesSync(
  directory: string,
  mode = DEFAULT_MODE,
  modeAbove = DEFAULT_MODE,
): boolean {
  try {
    return makeOneSync(directory, mode);
  } catch (error) {
    const isWorthAnother = () => makeDirectoriesSync(path.dirname(directory), modeAbove, modeAbove);
    if (!isSystemError(error, 'ENOENT') || !isWorthAnother()) throw error;
  }
  return makeOneSync(directory, mode);
}

function makeOneSync(directory: string, mode: number): boolean {
  try {
    mkdirSync(directory, mode);
    return true;
  } catch (error) {
    if (!isSystemError(error, 'EEXIST') || !statSync(directory).isDirectory()) throw error;
    return false;
  }
}
