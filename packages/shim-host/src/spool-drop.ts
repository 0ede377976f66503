import { closeSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { renameNoReplace } from '@shimwright/linux-native';
import { hasCode } from './errors.ts';

/** The numbers of the events in a spool that wait to be taken, from the names of its files. */
export function eventNumbers(names: readonly string[]): number[] {
  return names.filter((name) => /^[1-9][0-9]*$/.test(name)).map(Number);
}

/**
 * Gives a whole file the next number of a spool, in one step. A file that is not there has been dropped before.
 * The number is claimed by the hidden file of that name first, as `publish.sh` does, which would replace what came
 * under a number that it has claimed.
 *
 * @throws a system error of `open` or `rename`: `ENOENT` where there is no such file, `ENOSPC`.
 */
export function dropIntoSpool(spool: string, file: string): void {
  const numbers = eventNumbers(readdirSync(spool).map((name) => name.replace(/^\./, '')));
  const highest = numbers.reduce((most, number) => Math.max(most, number), 0);
  for (let number = highest + 1; ; number += 1) {
    const claim = path.join(spool, `.${number}`);
    if (!isClaimed(claim)) continue;
    try {
      if (renameNoReplace(file, path.join(spool, String(number)))) return;
    } finally {
      unlinkSync(claim);
    }
  }
}

/** Whether this call is the one that made the file. */
function isClaimed(claim: string): boolean {
  try {
    closeSync(openSync(claim, 'wx', 0o600));
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}
