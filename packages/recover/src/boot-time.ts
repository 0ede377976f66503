import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from '@shimwright/shim-host';

/** Ticks of `/proc` in a second; the same on all systems that Node runs on. */
const TICKS = 100;

/** When a process began, in milliseconds since 1970: to the second, by which `/proc/stat` knows the boot. */
export function startedAt({ startTime }: ProcessIdentity): number {
  const boot = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]);
  return (boot + Math.floor(Number(startTime) / TICKS)) * 1000;
}
