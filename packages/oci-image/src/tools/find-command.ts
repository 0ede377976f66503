import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** The path of a command as `PATH` finds it; undefined where there is none that this user may run. */
export async function findCommand(command: string): Promise<string | undefined> {
  const places = command.includes('/')
    ? [path.resolve(command)]
    : (process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
        .split(':')
        .map((directory) => path.resolve(directory, command));
  for (const place of places) if (await isProgram(place)) return place;
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * The words to put before a command so that it ends with this program, even when that is killed: Node cannot ask the kernel
 * for it, and setpriv(1) of util-linux can. Empty where there is none; that of busybox does not know how.
 */
export async function endingWithUs(): Promise<readonly string[]> {
  const setpriv = await findCommand('setpriv');
  if (setpriv === undefined || path.basename(await realpath(setpriv)) === 'busybox') return [];
  return [setpriv, '--pdeathsig', 'KILL', '--'];
}
