import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { ShimClientError } from './errors.ts';

/**
 * The absolute path of an executable: `command` itself where it has a slash, else the first on the PATH.
 *
 * @param role what it is for, in the words of the message.
 * @throws {ShimClientError} `ERR_SHIM_NOT_FOUND`.
 */
export function findExecutable(command: string, role: string): string {
  const directories = command.includes('/') ? [''] : (process.env['PATH'] ?? '').split(':');
  for (const directory of directories) {
    const candidate = path.resolve(directory, command);
    if (isExecutable(candidate)) return candidate;
  }
  const where = command.includes('/') ? 'is missing or not executable' : 'is not on the PATH';
  throw new ShimClientError('ERR_SHIM_NOT_FOUND', `${role} ${command} ${where}`, { path: command });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
