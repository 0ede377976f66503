import { readFileSync } from 'node:fs';
import { ShimServiceError } from './errors.ts';
import { isSubreaper, setSubreaper } from './native/subreaper.ts';
import { isSystemError } from './native/system-error.ts';
import { peekAny, reap } from './native/wait.ts';
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

let reaping: 'containers' | 'all' | undefined;

/**
 * Makes this process the one that the processes of its containers are handed to when the OCI runtime ends, which
 * is how it learns their exit status. It holds for the whole process and its descendants: whatever daemonizes
 * below it becomes its child as well, and stays a zombie when it ends unless `orphans` is `'all'`.
 *
 * The children that Node starts are never touched, and their `exit` events keep coming.
 *
 * @throws {NativeError} `ERR_SHIM_PLATFORM` elsewhere than on Linux, `ERR_SHIM_NATIVE` where koffi cannot be loaded.
 */
export function becomeSubreaper({ orphans = 'containers' }: SubreaperOptions = {}): void {
  setSubreaper(true);
  if (reaping === undefined) process.on('SIGCHLD', () => setImmediate(reapOrphans, 0));
  reaping = orphans;
}

/** @throws {ShimServiceError} `ERR_SHIM_SUBREAPER` unless this process is a subreaper. */
export function requireSubreaper(): void {
  if (isSubreaper()) return;
  throw new ShimServiceError(
    'ERR_SHIM_SUBREAPER',
    'this process would not learn how a container ends; call becomeSubreaper() first, which concerns all of its descendants',
  );
}

/**
 * The first process of a pid namespace cannot end before all others are reaped, so one that nobody knows of must
 * not stay. The kernel shows one zombie at a time; it may be Node's, which takes it a moment later.
 */
function reapOrphans(tries: number): void {
  const zombie = peekAny();
  if (!zombie || tries > MAX_RETRIES) return;
  if (!isWatched(zombie.pid) && isOrphan(zombie.pid, tries)) {
    reapQuietly(zombie.pid);
    reapOrphans(0);
  } else {
    setTimeout(reapOrphans, RETRY_MS, tries + 1).unref();
  }
}

function isOrphan(pid: number, tries: number): boolean {
  if (isInNamespace(pid)) return true;
  // Node reaps its own children in the very turn of the event loop in which it learns of them.
  return reaping === 'all' && tries >= 2;
}

/** Whether a process has ids in several pid namespaces, as nothing has that Node starts. */
function isInNamespace(pid: number): boolean {
  try {
    return /^NSpid:\t\d+\t\d/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false; // gone
  }
}

function reapQuietly(pid: number): void {
  try {
    const exit = reap(pid);
    if (exit) noteEarlyExit(pid, exit.status);
  } catch (error) {
    if (!isSystemError(error, 'ECHILD')) throw error;
  }
}
