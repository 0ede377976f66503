import { readWithSpare } from './spare-descriptor.ts';

/** A process that cannot be mistaken for a later one with the same id. */
export interface ProcessIdentity {
  /** Its id, which another may have once it is gone. */
  readonly pid: number;
  /** Clock ticks between the boot and its start; field 22 of `/proc/PID/stat`, see proc(5). */
  readonly startTime: string;
}

/** What `/proc/PID/stat` says of a process; see proc(5). */
export interface ProcessStat {
  /** `Z` for one that has ended and was not reaped. */
  readonly state: string;
  /** Its parent. */
  readonly parent: number;
  /** Clock ticks between the boot and its start: with the id, the process itself. */
  readonly startTime: string;
  /** How it ended, as waitpid(2) tells it; 0 to who may not know. */
  readonly waitStatus: number;
}

/** The process that has this id now, ended or not; undefined when none has. */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readWithSpare(`/proc/${pid}/stat`);
    // The second field, in parentheses, may itself hold any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', parent = ''] = fields;
    return { state, parent: Number(parent), startTime: fields[19] ?? '', waitStatus: Number(fields[49]) };
  } catch {
    return undefined;
  }
}

/** The identity of the process that has this id now, or undefined when none has. A zombie is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = processStat(pid);
  if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return undefined;
  return { pid, startTime: stat.startTime };
}

/** Whether that very process still runs. */
export function isRunning(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime;
}
