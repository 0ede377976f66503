import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { eventNumbers, spoolPath } from '@shimwright/shim-host';

/** So many of the newest exits are kept for who asks later. */
const KEPT = 1_000;

/** How many may be there before the older ones are removed: to look at all of them takes longer than to remove some. */
const MOST = 1_200;

/** Removes old events: nobody need listen, and then they would fill the memory that they are kept in. */
export async function pruneEvents(daemonAddress: string): Promise<void> {
  const spool = spoolPath(daemonAddress);
  const numbers = eventNumbers(await readdir(spool).catch(() => [])).sort((a, b) => a - b);
  if (numbers.length <= MOST) return;
  for (const number of numbers.slice(0, -KEPT)) await rm(path.join(spool, String(number)), { force: true });
}
