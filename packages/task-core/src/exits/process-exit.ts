import { closeSync } from 'node:fs';
import {
  type ExitStatus,
  exitOfPidfd,
  isSystemError,
  openPidfd,
  reap,
  watchReadable,
} from '@shimwright/linux-native';
import type { Timestamp } from '@shimwright/shim-api';
import { now } from './moment.ts';

/** How and when a process ended. */
export interface ProcessExit extends ExitStatus {
  /** Its exit status; 128 and the signal's number where one ended it; 255 where nobody knows. */
  readonly status: number;
  /** When it was noticed. */
  readonly exitedAt: Timestamp;
  /** Set where the status is made up: it ended while no shim watched, and the kernel no longer knows how. */
  readonly isUnknown?: true;
}

const UNKNOWN_STATUS = 255;

// How many exits of processes that nobody watches are remembered.
const MAX_EARLY_EXITS = 1024;

const watched = new Set<number>();
const earlyExits = new Map<number, ProcessExit>();

/** Whether a process is watched, and so will be reaped by its watch. */
export function isWatched(pid: number): boolean {
  return watched.has(pid);
}

/** Remembers the exit of a process that was reaped before anybody watched it: it may be that of a quick exec. */
export function noteEarlyExit(pid: number, status: number): void {
  earlyExits.delete(pid);
  earlyExits.set(pid, { status, exitedAt: now() });
  const [oldest] = earlyExits.keys();
  if (earlyExits.size > MAX_EARLY_EXITS && oldest !== undefined) earlyExits.delete(oldest);
}

/**
 * Resolves when a process ends that was handed to this one, a subreaper, and reaps it. Each is watched by a
 * descriptor of its own: nothing is polled, and no child of Node is ever waited for.
 */
export async function watchExit(pid: number): Promise<ProcessExit> {
  watched.add(pid);
  try {
    return await ended(pid);
  } finally {
    watched.delete(pid);
  }
}

async function ended(pid: number): Promise<ProcessExit> {
  let pidfd: number;
  try {
    pidfd = openPidfd(pid);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
    const exit = earlyExits.get(pid) ?? { status: UNKNOWN_STATUS, exitedAt: now() };
    earlyExits.delete(pid);
    return exit;
  }
  return new Promise((resolve) => {
    const watch = watchReadable(pidfd, () => {
      const exit = exitOf(pid, pidfd);
      if (exit === undefined) return;
      watch.close();
      closeSync(pidfd);
      resolve({ ...exit, exitedAt: now() });
    });
  });
}

function exitOf(pid: number, pidfd: number): ExitStatus | undefined {
  try {
    return reap(pid);
  } catch (error) {
    if (!isSystemError(error, 'ECHILD')) throw error;
    return exitOfPidfd(pidfd) ?? { status: UNKNOWN_STATUS };
  }
}
