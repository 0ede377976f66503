import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  isRunning,
  isSystemError,
  openPidfd,
  type ProcessIdentity,
  watchReadable,
} from '@shimwright/linux-native';

/** How often it is looked at a process that cannot be watched. */
const RETRY_MS = 20;

/**
 * Resolves once a process of whatever parent has ended, reaped or not, or after `ms` milliseconds where they are given. Nothing is polled,
 * unless this process has no descriptor or no memory left to watch it. Never rejects.
 */
export async function untilEnded(process: ProcessIdentity, ms?: number): Promise<void> {
  let pidfd: number | undefined;
  try {
    pidfd = openPidfd(process.pid);
    await untilReadable(pidfd, process, ms);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) await untilSeenGone(process, ms);
  } finally {
    if (pidfd !== undefined) closeSync(pidfd);
  }
}

async function untilReadable(pidfd: number, process: ProcessIdentity, ms?: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = watchReadable(pidfd, resolve);
  const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
  if (!isRunning(process)) resolve(); // the id may be another one's by now
  await promise;
  clearTimeout(timer);
  watch.close();
}

async function untilSeenGone(process: ProcessIdentity, ms = Number.POSITIVE_INFINITY): Promise<void> {
  for (const late = Date.now() + ms; isRunning(process) && Date.now() < late; ) await delay(RETRY_MS);
}
