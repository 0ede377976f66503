import { closeSync, existsSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { renameNoReplace } from '@shimwright/linux-native';
import { hasCode } from './errors.ts';

/** The numbers of the events in a spool that wait to be taken, from the names of its files. */
export function eventNumbers(names: readonly string[]): number[] {
  return names.filter((name) => /^[1-9][0-9]*$/.test(name)).map(Number);
}

/** The number after all that a spool has, or that publishers have claimed. */
export function nextEventNumber(spool: string): number {
  const numbers = eventNumbers(readdirSync(spool).map((name) => name.replace(/^\./, '')));
  return numbers.reduce((most, number) => Math.max(most, number), 0) + 1;
}

/** A number of a spool that nobody else gives to an event. */
export interface EventClaim {
  /** Counts from 1; events are taken in this order. */
  readonly number: number;
  /** The hidden file by which publishers see the claim; to be removed when there is the event. */
  readonly hidden: string;
  /** An open descriptor of that file, for writing; the caller's to close. */
  readonly descriptor: number;
  /** The name of the event. */
  readonly shown: string;
}

/**
 * Claims the first number from `from` on that is free, as `publish.sh` does: by making the hidden file of that name. Another
 * publisher may have been quicker with all of it, and its event has the number then.
 *
 * @throws a system error of `open`: `ENOSPC`, `ENOENT` where there is no spool.
 */
export function claimEventNumber(spool: string, from: number): EventClaim {
  for (let number = from; ; number += 1) {
    const shown = path.join(spool, String(number));
    const hidden = path.join(spool, `.${number}`);
    try {
      const descriptor = openSync(hidden, 'wx', 0o600);
      if (!existsSync(shown)) return { number, hidden, descriptor, shown };
      closeSync(descriptor);
      unlinkSync(hidden);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/**
 * Gives a whole file the next number of a spool, in one step. A file that is not there has been dropped before.
 *
 * @throws a system error of `open` or `rename`: `ENOENT` where there is no such file, `ENOSPC`.
 */
export function dropIntoSpool(spool: string, file: string): void {
  for (let from = nextEventNumber(spool); ; ) {
    const { number, hidden, descriptor, shown } = claimEventNumber(spool, from);
    try {
      closeSync(descriptor);
      if (renameNoReplace(file, shown)) return;
    } finally {
      unlinkSync(hidden);
    }
    from = number + 1; // a publisher of an earlier version claims nothing
  }
}
