import { closeSync } from 'node:fs';
import {
  isRunning,
  isSystemError,
  openPidfd,
  type ProcessIdentity,
  watchReadable,
} from '@shimwright/linux-native';

/**
 * Resolves once a process of whatever parent has ended, reaped or not, or after `ms` milliseconds where they are given. Nothing is polled.
 *
 * @throws a system error such as EMFILE when it cannot be watched.
 */
export async function untilEnded(process: ProcessIdentity, ms?: number): Promise<void> {
  let pidfd: number;
  try {
    pidfd = openPidfd(process.pid);
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return;
    throw error;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = watchReadable(pidfd, resolve);
  const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
  if (!isRunning(process)) resolve(); // the id may be another one's by now
  await promise;
  clearTimeout(timer);
  watch.close();
  closeSync(pidfd);
}
