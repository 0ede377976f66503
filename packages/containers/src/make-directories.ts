import { makeDirectories as make } from '@shimwright/linux-native';
import { ContainerError, messageOf } from './errors.ts';

/**
 * Makes a directory, and those above it that are missing. One that is there is no error.
 *
 * @throws {ContainerError} `ERR_CONTAINER_CREATE`.
 */
export async function makeDirectories(directory: string, mode: number): Promise<void> {
  try {
    await make(directory, mode, mode);
  } catch (cause) {
    throw new ContainerError('ERR_CONTAINER_CREATE', `${directory} cannot be made: ${messageOf(cause)}`, {
      path: directory,
      cause,
    });
  }
}
