import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ExitStatus,
  exitOfPidfd,
  isSystemError,
  openPidfd,
  peek,
  reap,
  type Zombie,
} from '@shimwright/linux-native';
import { type Moment, now } from '../moment.ts';
import { untilReadable } from './until-readable.ts';

/** How and when a process ended. */
export interface ProcessExit extends ExitStatus {
  /** Its exit status; 128 and the signal's number where one ended it; 255 where nobody knows. */
  readonly status: number;
  /** When it was noticed. */
  readonly exitedAt: Moment;
  /** Set where the status is made up: it ended while no shim watched, and the kernel no longer knows how. */
  readonly isUnknown?: true;
}

const UNKNOWN_STATUS = 255;

/** How often a process is asked about that cannot be watched. */
const RETRY_MS = 100;

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
 * descriptor of its own: nothing is polled, and no child of Node is ever waited for. Only where there is no descriptor
 * left, or no memory for one, it is asked for again and again, so that nothing but this end is late. Never rejects.
 */
export async function watchExit(pid: number): Promise<ProcessExit> {
  const exit = await watchEnd(pid);
  releaseEnded(pid);
  return exit;
}

/**
 * The same, and the process is left to be reaped: whoever is killed before it has noted how a process ended leaves that to be
 * seen by whoever gets its children. Call `releaseEnded` then: until that, its id is nobody else's, and its pid namespace stays.
 */
export async function watchEnd(pid: number): Promise<ProcessExit> {
  watched.add(pid);
  for (;;) {
    const found = await exitByPidfd(pid);
    const exit = found instanceof Error ? exitWithout(pid, found) : found;
    if (exit) return { exitedAt: now(), ...exit }; // one that was seen earlier has its own time
    await delay(RETRY_MS);
  }
}

/** Reaps a process whose end was watched. */
export function releaseEnded(pid: number): void {
  if (!watched.delete(pid)) return;
  try {
    reap(pid);
  } catch {
    // It was no child of this process, or somebody was faster.
  }
}

/** Resolves to how a process ended, once it has, or to why that cannot be told. */
async function exitByPidfd(pid: number): Promise<ExitStatus | Error> {
  let pidfd: number | undefined;
  try {
    pidfd = openPidfd(pid);
    await untilReadable(pidfd);
    return exitOf(pid, pidfd);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    if (pidfd !== undefined) closeSync(pidfd);
  }
}

function exitWithout(pid: number, failure: Error): ExitStatus | undefined {
  if (isSystemError(failure, 'ESRCH')) {
    const early = earlyExits.get(pid);
    earlyExits.delete(pid);
    return early ?? { status: UNKNOWN_STATUS };
  }
  try {
    return statusIn(peek(pid));
  } catch {
    return undefined; // it is not ours yet, or no more: the next try tells
  }
}

function exitOf(pid: number, pidfd: number): ExitStatus {
  try {
    const exit = statusIn(peek(pid));
    if (exit) return exit;
  } catch (error) {
    if (!isSystemError(error, 'ECHILD')) throw error;
    return exitOfPidfd(pidfd) ?? { status: UNKNOWN_STATUS };
  }
  throw new Error(`${pid} has ended, but cannot be reaped yet`);
}

function statusIn(zombie: Zombie | undefined): ExitStatus | undefined {
  if (!zombie) return undefined;
  const { pid: _, ...exit } = zombie;
  return exit;
}
