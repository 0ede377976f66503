import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ContainerError, codeOf, messageOf } from './errors.ts';

/**
 * Makes a directory, and those above it that are missing. One that is there is no error.
 *
 * Node's own `recursive` never ends where a file system refuses every new name as if the parent were missing, as `/proc` does.
 *
 * @throws {ContainerError} `ERR_CONTAINER_CREATE`.
 */
export async function makeDirectories(directory: string, mode: number): Promise<void> {
  try {
    await make(directory, mode);
  } catch (cause) {
    throw new ContainerError('ERR_CONTAINER_CREATE', `${directory} cannot be made: ${messageOf(cause)}`, {
      path: directory,
      cause,
    });
  }
}

/** @returns whether it was made. */
async function make(directory: string, mode: number): Promise<boolean> {
  try {
    return await makeOne(directory, mode);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || !(await make(path.dirname(directory), mode))) throw error;
  }
  return makeOne(directory, mode);
}

async function makeOne(directory: string, mode: number): Promise<boolean> {
  try {
    await mkdir(directory, mode);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !(await stat(directory)).isDirectory()) throw error;
    return false;
  }
}
