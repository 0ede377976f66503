import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ExitStatus,
  exitOfPidfd,
  exitStatus,
  isSystemError,
  openPidfd,
  signalPidfd,
  watchReadable,
} from '@shimwright/linux-native';
import { processStat } from '@shimwright/shim-host';
import { now } from '../moment.ts';
import type { ProcessExit } from '../process-exit.ts';

/** What is told of a process whose exit status nobody knows any more. */
const UNKNOWN_STATUS = 137;

/** How often it is asked how a process ended, and how long is waited in between. */
const TRIES = 100;
const RETRY_MS = 10;

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

/**
 * Watches a process that an earlier shim made and that another process is to reap. It is undefined when the process
 * is gone. How it ends the kernel tells by its pidfd, since Linux 6.15, and before that for as long as it is a zombie.
 */
export function watchForeign(pid: number, startTime: string): ForeignProcess | undefined {
  const pidfd = openOrUndefined(pid);
  if (pidfd === undefined) return undefined;
  // With the descriptor open, the id belongs to nobody else: if this is the process now, it stays so.
  if (processStat(pid)?.startTime !== startTime) {
    closeSync(pidfd);
    return undefined;
  }
  let isOpen = true;
  const ended = readable(pidfd)
    .then(() => statusOf(pid, pidfd))
    .finally(() => {
      isOpen = false;
      closeSync(pidfd);
    });
  return {
    ended: ended.then((status) => (status ? { ...status, exitedAt: now() } : unknownExit())),
    signal: (number) => {
      if (isOpen) signalPidfd(pidfd, number);
    },
  };
}

function openOrUndefined(pid: number): number | undefined {
  try {
    return openPidfd(pid);
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return undefined;
    throw error;
  }
}

function readable(pidfd: number): Promise<void> {
  return new Promise((resolve) => {
    const watch = watchReadable(pidfd, () => {
      watch.close();
      resolve();
    });
  });
}

/** Its parent reaps it within moments, and only then its pidfd tells. */
async function statusOf(pid: number, pidfd: number): Promise<ExitStatus | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const told = exitOfPidfd(pidfd) ?? zombieStatus(pid);
    if (told) return told;
    if (!processStat(pid)) return exitOfPidfd(pidfd);
    await delay(RETRY_MS);
  }
  return undefined;
}

function zombieStatus(pid: number): ExitStatus | undefined {
  // To others than root the kernel shows 0 instead of what it does not tell.
  if (process.geteuid?.() !== 0) return undefined;
  const stat = processStat(pid);
  return stat?.state === 'Z' ? exitStatus(stat.waitStatus) : undefined;
}
