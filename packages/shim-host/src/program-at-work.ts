import { readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * Whether a process runs a program: that itself, also if it was replaced since, or, for a script, whatever interprets it.
 * Anybody can give a program any arguments; what it is only the kernel says.
 *
 * @param program its real path.
 * @param args its arguments, from `/proc/PID/cmdline`.
 */
export function runsProgram(pid: number, program: string, args: readonly string[]): boolean {
  try {
    const image = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
    return image === program || args.slice(1, 3).some((arg) => isScript(arg, program));
  } catch {
    return false; // gone, or none of ours to look at
  }
}

function isScript(arg: string, program: string): boolean {
  if (!path.isAbsolute(arg)) return false;
  try {
    return realpathSync(arg) === program;
  } catch {
    return arg === program; // it was removed since
  }
}
