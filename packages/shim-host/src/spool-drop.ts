import { readdirSync } from 'node:fs';
import path from 'node:path';
import { renameNoReplace } from '@shimwright/linux-native';

/** The numbers of the events in a spool that wait to be taken, from the names of its files. */
export function eventNumbers(names: readonly string[]): number[] {
  return names.filter((name) => /^[1-9][0-9]*$/.test(name)).map(Number);
}

/**
 * Gives a whole file the next number of a spool, in one step. A file that is not there has been dropped before.
 *
 * @throws a system error of `rename`: `ENOENT` where there is no such file, `ENOSPC`.
 */
export function dropIntoSpool(spool: string, file: string): void {
  const highest = eventNumbers(readdirSync(spool)).reduce((most, number) => Math.max(most, number), 0);
  for (let number = highest + 1; ; number += 1) {
    if (renameNoReplace(file, path.join(spool, String(number)))) return;
  }
}
