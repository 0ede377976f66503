import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that cannot be mistaken for a later one with the same id. */
export interface ProcessIdentity {
  /** Its id, which another may have once it is gone. */
  readonly pid: number;
  /** Clock ticks between the boot and its start; field 22 of `/proc/PID/stat`, see proc(5). */
  readonly startTime: string;
}

/** The identity of the process that has this id now, or undefined when none has. A zombie is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid);
  const [state, startTime] = [fields?.[0], fields?.[19]];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime };
}

/** Whether that very process still runs. */
export function isRunning(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime;
}

/**
 * Resolves once the process no longer runs. Call it when its end has begun: its last steps are looked at
 * in quick succession first, because they take microseconds, and more rarely later.
 */
export async function untilGone(process: ProcessIdentity, signal?: AbortSignal): Promise<void> {
  for (let waitMs = 0; isRunning(process); waitMs = Math.min(waitMs + 0.5, 20)) {
    await delay(waitMs, undefined, { signal });
  }
}

/** The fields from the third on, `state`; the second, in parentheses, may itself hold any character. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
