import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { hasCode, OciRuntimeError } from '../errors.ts';
import { validText } from '../validate.ts';

/** What is looked for when nothing is named, in this order. */
const KNOWN = ['runc', 'crun'] as const;

// Where distributions install runtimes, and what the PATH of an ordinary user often lacks.
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Returns the absolute path of an OCI runtime: `command` itself if it has a slash, otherwise the first program of that
 * name on the PATH. Without a command it looks for `runc`, then for `crun`.
 *
 * @param searchPath directories separated by colons; `/usr/local/sbin`, `/usr/sbin` and `/sbin` are searched after them.
 * @throws {OciRuntimeError} `ERR_RUNTIME_NOT_FOUND`, which says how to install one if you named none;
 * `ERR_RUNTIME_ARGUMENT`.
 */
export function findRuntime(command?: string, searchPath: string = process.env['PATH'] ?? ''): string {
  validText(searchPath, 'the search path');
  if (command === undefined) return findKnown(searchPath);
  const found = find(validText(command, 'the command'), searchPath);
  if (found) return found;
  throw new OciRuntimeError('ERR_RUNTIME_NOT_FOUND', `the OCI runtime ${command} ${reason(command)}`, {
    command,
  });
}

function findKnown(searchPath: string): string {
  for (const name of KNOWN) {
    const found = find(name, searchPath);
    if (found) return found;
  }
  throw new OciRuntimeError(
    'ERR_RUNTIME_NOT_FOUND',
    'there is no OCI runtime on the PATH, neither runc nor crun. Install one: "apt-get install runc" on Debian and Ubuntu, ' +
      '"dnf install crun" on Fedora, "apk add runc" on Alpine, "pacman -S runc" on Arch, or see https://github.com/opencontainers/runc',
  );
}

function find(command: string, searchPath: string): string | undefined {
  if (command.includes('/')) return isExecutable(command) ? path.resolve(command) : undefined;
  return [...searchPath.split(':').filter(Boolean), ...SYSTEM_DIRECTORIES]
    .map((directory) => path.resolve(directory, command))
    .find(isExecutable);
}

function reason(command: string): string {
  if (!command.includes('/')) return 'is not on the PATH';
  try {
    return statSync(command).isFile() ? 'is not executable' : 'is no file';
  } catch (error) {
    return hasCode(error, 'ENOENT') ? 'does not exist' : `cannot be reached: ${error}`;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
