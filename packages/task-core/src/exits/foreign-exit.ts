import { closeSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ExitStatus,
  exitOfPidfd,
  exitStatus,
  isRunning,
  isSystemError,
  openPidfd,
  type ProcessIdentity,
  processStat,
  signalPidfd,
} from '@shimwright/linux-native';
import { now } from '../moment.ts';
import type { ProcessExit } from './process-exit.ts';
import { currentTeller, toldExit } from './told-exits.ts';
import { untilReadable } from './until-readable.ts';

/** What is told of a process whose exit status nobody knows any more. */
const UNKNOWN_STATUS = 137;

/** How often it is asked how a process ended, and how long is waited in between. */
const TRIES = 100;
const RETRY_MS = 10;

/** How often a process is looked at that cannot be watched. */
const RETRY_WITHOUT_PIDFD_MS = 100;

/** A process that is no child of this one. */
export interface ForeignProcess {
  /** Resolves when it has ended. */
  readonly ended: Promise<ProcessExit>;
  /** Sends it a signal. @throws a system error `ESRCH` when it is gone. */
  signal(number: number): void;
}

/** The end of a process that nobody saw. */
export function unknownExit(): ProcessExit {
  return { status: UNKNOWN_STATUS, exitedAt: now(), isUnknown: true };
}

/** How a process ended that is gone: as it was told, or as if nobody knew. */
export function exitOfGone(pid: number, startTime: string): ProcessExit {
  return toExit(toldExit({ pid, startTime }));
}

/**
 * Watches a process that an earlier shim made and that another process is to reap. It is undefined when the process
 * is gone, see `exitOfGone`. How it ends is told by who reaps it (`noteToldExit`), by its pidfd since Linux 6.15, and before
 * that by the kernel for as long as it is a zombie.
 */
export function watchForeign(pid: number, startTime: string): ForeignProcess | undefined {
  const pidfd = openOrFail(pid);
  if (typeof pidfd !== 'number' && isSystemError(pidfd, 'ESRCH')) return undefined;
  // With the descriptor open, the id belongs to nobody else: if this is the process now, it stays so.
  if (processStat(pid)?.startTime !== startTime) {
    if (typeof pidfd === 'number') closeSync(pidfd);
    return undefined;
  }
  return typeof pidfd === 'number' ? watchByPidfd(pid, pidfd) : watchByStat(pid, startTime);
}

function watchByPidfd(pid: number, pidfd: number): ForeignProcess {
  let isOpen = true;
  const startTime = processStat(pid)?.startTime ?? '';
  const ended = untilReadable(pidfd)
    .catch(() => untilGone(pid, startTime)) // there is no memory to watch it
    .then(() => statusOf({ pid, startTime }, pidfd))
    .then(toExit, unknownExit)
    .finally(() => {
      isOpen = false;
      closeSync(pidfd);
    });
  return {
    ended,
    signal: (number) => {
      if (isOpen) signalPidfd(pidfd, number);
    },
  };
}

/** Where this process has no descriptor left for it. */
function watchByStat(pid: number, startTime: string): ForeignProcess {
  return {
    ended: untilGone(pid, startTime)
      .then(() => statusOf({ pid, startTime }))
      .then(toExit),
    signal: (number) => {
      if (processStat(pid)?.startTime === startTime) process.kill(pid, number);
    },
  };
}

async function untilGone(pid: number, startTime: string): Promise<void> {
  while (isRunning({ pid, startTime })) await delay(RETRY_WITHOUT_PIDFD_MS);
}

function toExit(status: ExitStatus | undefined): ProcessExit {
  return status ? { ...status, exitedAt: now() } : unknownExit();
}

function openOrFail(pid: number): number | Error {
  try {
    return openPidfd(pid);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Its parent reaps it within moments, and only then its pidfd tells, or the parent itself. */
async function statusOf(process: ProcessIdentity, pidfd?: number): Promise<ExitStatus | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const told = toldExit(process) ?? (pidfd === undefined ? undefined : exitOfPidfd(pidfd));
    const known = told ?? zombieStatus(process.pid);
    if (known) return known;
    // Asked once more: it was perhaps reaped just now.
    if (currentTeller() === undefined && !processStat(process.pid))
      return pidfd === undefined ? undefined : exitOfPidfd(pidfd);
    await delay(RETRY_MS);
  }
  return undefined;
}

function zombieStatus(pid: number): ExitStatus | undefined {
  // To those without the right the kernel shows 0 instead of what it does not tell.
  if (!mayReadExits()) return undefined;
  const stat = processStat(pid);
  return stat?.state === 'Z' ? exitStatus(stat.waitStatus) : undefined;
}

// linux/capability.h
const CAP_SYS_PTRACE = 19n;

/** Whether this process has the right that the kernel asks for before it tells how another one ended. */
function mayReadExits(): boolean {
  try {
    const [, effective = '0'] =
      /^CapEff:\t([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return ((BigInt(`0x${effective}`) >> CAP_SYS_PTRACE) & 1n) === 1n;
  } catch {
    return false;
  }
}
