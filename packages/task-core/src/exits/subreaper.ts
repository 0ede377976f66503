import { readFileSync } from 'node:fs';
import { isSubreaper, isSystemError, peek, peekAny, reap, setSubreaper } from '@shimwright/linux-native';
import { TaskError } from '../errors.ts';
import { isWatched, noteEarlyExit } from './process-exit.ts';

/** How to be a subreaper. */
export interface SubreaperOptions {
  /**
   * Which orphans are reaped besides the containers' processes that the service knows: those of containers with
   * a pid namespace of their own, or all that Node did not start. The latter is for a process that does
   * nothing else, and starts nothing from worker threads.
   *
   * @default 'containers'
   */
  readonly orphans?: 'containers' | 'all';
}

const RETRY_MS = 10;
const MAX_RETRIES = 100;

// Node reaps its own children in the very turn of the event loop in which it learns of them.
const MAX_SIGHTINGS_OF_NODES_OWN = 2;

// A pid namespace whose first process was killed has to wait that long for what an exec has left in it.
const MAX_SIGHTINGS_WHILE_STARTING = 50;

let reaping: 'containers' | 'all' | undefined;
let starting = 0;
let retry: NodeJS.Timeout | undefined;

/** In how many looks in a row a zombie was there. */
let sightings: ReadonlyMap<number, number> = new Map();

/**
 * Makes this process the one that the processes of its containers are handed to when the OCI runtime ends, which
 * is how it learns their exit status. It holds for the whole process and its descendants: whatever daemonizes
 * below it becomes its child as well, and stays a zombie when it ends unless `orphans` is `'all'`.
 *
 * The children that Node starts are never touched, and their `exit` events keep coming.
 *
 * @throws {NativeError} `ERR_NATIVE_PLATFORM` elsewhere than on Linux, `ERR_NATIVE_LIBRARY` where koffi cannot be loaded.
 */
export function becomeSubreaper({ orphans = 'containers' }: SubreaperOptions = {}): void {
  setSubreaper(true);
  if (reaping === undefined) process.on('SIGCHLD', () => setImmediate(reapOrphans));
  reaping = orphans;
}

/** Says that a process is being started, whose end may come before its id is known. */
export async function whileStarting<Result>(work: () => Promise<Result>): Promise<Result> {
  starting += 1;
  try {
    return await work();
  } finally {
    starting -= 1;
  }
}

function isStarting(): boolean {
  return starting > 0;
}

/** @throws {TaskError} `ERR_TASK_SUBREAPER` unless this process is a subreaper. */
export function requireSubreaper(): void {
  if (isSubreaper()) return;
  throw new TaskError(
    'ERR_TASK_SUBREAPER',
    'this process would not learn how a container ends; call becomeSubreaper() first, which concerns all of its descendants',
  );
}

/**
 * The first process of a pid namespace cannot end before all others are reaped, so one that nobody knows of must
 * not stay. A zombie may be that of a watch, or Node's, who take it a moment later; it may also be nobody's.
 */
function reapOrphans(tries = 0): void {
  clearTimeout(retry);
  sightings = new Map(zombies().map((pid) => [pid, (sightings.get(pid) ?? 0) + 1]));
  if (sightings.size === 0) return;
  const reaped = [...sightings.keys()].filter((pid) => isOrphan(pid) && reapQuietly(pid));
  if (reaped.length > 0) setImmediate(reapOrphans);
  else if (tries < MAX_RETRIES) retry = setTimeout(reapOrphans, RETRY_MS, tries + 1).unref();
}

/** All that have ended and were not reaped. The kernel itself shows but one, and that again and again. */
function zombies(): number[] {
  const first = peekAny();
  if (!first) return [];
  return [...new Set([first.pid, ...children().filter(hasEnded)])];
}

/** The processes that this one has started, or that were handed to it; none where the kernel does not list them. */
function children(): number[] {
  try {
    const list = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function hasEnded(pid: number): boolean {
  try {
    return peek(pid) !== undefined;
  } catch (error) {
    if (isSystemError(error, 'ECHILD')) return false; // reaped meanwhile
    throw error;
  }
}

function isOrphan(pid: number): boolean {
  if (isWatched(pid)) return false;
  // It may be that of an exec which is about to be watched: who reaps it before it is noted may be killed meanwhile.
  if (isInNamespace(pid)) return !isStarting() || (sightings.get(pid) ?? 0) > MAX_SIGHTINGS_WHILE_STARTING;
  return reaping === 'all' && (sightings.get(pid) ?? 0) > MAX_SIGHTINGS_OF_NODES_OWN;
}

/** Whether a process has ids in several pid namespaces, as nothing has that Node starts. */
function isInNamespace(pid: number): boolean {
  try {
    return /^NSpid:\t\d+\t\d/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false; // gone
  }
}

/** Reaps a process that has ended; false where somebody else has. */
function reapQuietly(pid: number): boolean {
  try {
    const exit = reap(pid);
    if (exit) noteEarlyExit(pid, exit.status);
    return exit !== undefined;
  } catch (error) {
    if (isSystemError(error, 'ECHILD')) return false;
    throw error;
  }
}
