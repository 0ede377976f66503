import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AtomicError, hasCode } from './errors.ts';

/** What a hidden file or directory is there for. */
export type HiddenKind = 'delete' | 'make' | 'write';

// A name on Linux, macOS and Windows has 255 bytes at most, and what is appended never needs more than 60.
const MAX_NAME_BYTES = 195;

const SUFFIX = /\.(?:delete|make|write)~([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)-[0-9a-z]{8}$/;

/**
 * A sibling of `target` that nobody has, on the same file system and out of sight: `.NAME.KIND~PID-START-THREAD-RANDOM`.
 * Who made it is in the name, so that {@link isAbandoned} can tell leftovers from work in progress.
 */
export function hiddenSibling(target: string, kind: HiddenKind): string {
  return path.join(
    path.dirname(target),
    `.${shortened(path.basename(target))}.${kind}~${owner()}-${random()}`,
  );
}

/** The path without trailing slashes, which would make the kernel follow a link at its end. */
export function namedPath(target: string): string {
  if (typeof target !== 'string' || target.includes('\0')) throw badPath(target, 'is no path');
  const trimmed = target.replace(/(?<=[^/])\/+$/, '');
  const name = path.basename(trimmed);
  if (name === '' || name === '.' || name === '..') throw badPath(target, 'has no name at its end');
  return trimmed;
}

/** Whether it is a hidden name of a process that is gone, or of this one and not in use. */
export function isAbandoned(name: string, inUse: ReadonlySet<string>): boolean {
  const [, pid = '', start = '', thread = ''] = (name.startsWith('.') && SUFFIX.exec(name)) || [];
  if (pid === '') return false;
  if (`${pid}-${start}-${thread}` === owner()) return !inUse.has(name);
  return !isAlive(Number.parseInt(pid, 36), Number.parseInt(start, 36));
}

/** Cut on a character's border; what comes behind makes it unique. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  return Buffer.from(name).toString('utf8', 0, MAX_NAME_BYTES).replace(/�+$/, '');
}

let ownOwner: string | undefined;

function owner(): string {
  ownOwner ??= [process.pid, startTime('self') ?? 0, threadId()].map((part) => part.toString(36)).join('-');
  return ownOwner;
}

/** Node's module is loaded here, because that takes longer than to load all of this package. */
function threadId(): number {
  return process.getBuiltinModule('node:worker_threads').threadId;
}

function random(): string {
  return Math.random().toString(36).slice(2, 10).padEnd(8, '0');
}

/** Since process ids are used again, a process is told by when it started; elsewhere than on Linux, by its id alone. */
function isAlive(pid: number, start: number): boolean {
  try {
    if (process.platform === 'linux') return startTime(pid) === start;
  } catch {
    return true; // nobody knows: better left than taken away from somebody who works on it
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * When a process started, in ticks since the machine did; undefined when there is no such process. Throws where that
 * cannot be told, for want of descriptors.
 */
function startTime(pid: number | 'self'): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program is in parentheses and may hold anything; the start time is field 22.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

function badPath(target: unknown, problem: string): AtomicError {
  const shown = typeof target === 'string' ? JSON.stringify(target) : `a value of type ${typeof target}`;
  return new AtomicError('ERR_ATOMIC_ARGUMENT', `${shown} ${problem}; give the path of a file or directory`, {
    path: typeof target === 'string' ? target : undefined,
  });
}
