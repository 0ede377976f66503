import { readFileSync } from 'node:fs';

/** What `/proc/PID/stat` says of a process; see proc(5). */
export interface ProcessStat {
  /** `Z` for one that has ended and was not reaped. */
  readonly state: string;
  /** Clock ticks between the boot and its start: with the id, the process itself. */
  readonly startTime: string;
  /** How it ended, as waitpid(2) tells it; 0 to who may not know. */
  readonly waitStatus: number;
}

/** The process that has this id now, or undefined when none has. */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, in parentheses, may itself hold any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '', waitStatus: Number(fields[49]) };
  } catch {
    return undefined;
  }
}

/** Whether that very process still runs. */
export function isRunning({ pid, startTime }: { readonly pid: number; readonly startTime: string }): boolean {
  const stat = processStat(pid);
  return stat?.startTime === startTime && stat.state !== 'Z';
}
