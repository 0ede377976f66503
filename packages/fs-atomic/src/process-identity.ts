import { readFileSync } from 'node:fs';
import { hasCode } from './errors.ts';
import { shared } from './shared.ts';

let known: string | undefined;

/** This thread, in a form that {@link isAlive} can tell: `PID-START-THREAD`. */
export function ownIdentity(): string {
  if (known !== undefined) return known;
  const start = ownStart();
  const identity = [process.pid, start, shared.thread].map((part) => part.toString(36)).join('-');
  if (start > 0) known = identity; // else it is asked again: it may have been for want of descriptors
  return identity;
}

/** Whether the process still runs. A start of 0 is one that could not be told. */
export function isAlive(pid: number, start: number): boolean {
  const found = process.platform === 'linux' ? startTime(pid) : 'hidden';
  if (typeof found === 'number') return start === 0 || found === start;
  return mayRun(pid);
}

/** Where /proc shows nothing of others, a signal that is not allowed tells that there is somebody to get it. */
function mayRun(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH', 'EINVAL', 'ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE');
  }
}

/** Without a start time a process is told by its id alone, which is better than not to work at all. */
function ownStart(): number {
  if (process.platform !== 'linux') return 0;
  const found = startTime('self');
  return typeof found === 'number' ? found : 0;
}

/** When a process started, in ticks since the machine did; `'hidden'` where that cannot be told, or there is none. */
function startTime(pid: number | 'self'): number | 'hidden' {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program is in parentheses and may hold anything; the start time is field 22.
    const start = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isFinite(start) ? start : 'hidden';
  } catch {
    return 'hidden';
  }
}
