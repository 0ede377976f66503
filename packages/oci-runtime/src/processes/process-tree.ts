import { readdirSync, readFileSync } from 'node:fs';
import { isPassing } from '../errors.ts';

/** What `/proc` tells of a process. */
interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
}

/** The processes below `pid`, parents before their children. A process that has ended is not among them. */
function descendants(pid: number): number[] {
  const table = processTable();
  const found = new Set([pid]);
  for (const ancestor of found) {
    for (const entry of table) if (entry.parent === ancestor) found.add(entry.pid);
  }
  found.delete(pid);
  return [...found];
}

/** Kills the processes below `pid` that have none below themselves, so that those who wait for them can tidy up. */
export function killLeaves(pid: number): void {
  for (const each of descendants(pid)) if (descendants(each).length === 0) kill(each, 'SIGKILL');
}

/**
 * Kills a process and all below it. They are stopped first, so that none starts another meanwhile.
 *
 * @throws the system's error where /proc cannot be read. Some are stopped then, and a further try goes on with them.
 */
export function killTree(pid: number): void {
  kill(pid, 'SIGSTOP');
  const stopped = new Set([pid]);
  for (let running = descendants(pid); running.length > 0; ) {
    for (const each of running) {
      kill(each, 'SIGSTOP');
      stopped.add(each);
    }
    running = descendants(pid).filter((each) => !stopped.has(each));
  }
  for (const each of stopped) kill(each, 'SIGKILL');
}

/** Signals a process, or with a negative `pid` a group; one that is gone is no error. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already, or not ours to signal, which leaves it to the runtime
  }
}

function processTable(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => parseStat(read(`/proc/${name}/stat`)));
}

// The name is in parentheses and may itself hold some: the fields begin behind the last one.
function parseStat(stat: string): ProcessEntry[] {
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isGone = parent === undefined || state === 'Z' || state === 'X';
  return isGone ? [] : [{ pid: Number.parseInt(stat, 10), parent: Number(parent) }];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (isPassing(error)) throw error;
    return ''; // it ended between its listing and the look at it
  }
}
