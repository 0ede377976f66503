import { closeSync } from 'node:fs';
import { isSystemError, openPidfd, watchReadable } from '@shimwright/linux-native';
import { isRunning, type ProcessIdentity } from '@shimwright/shim-host';

/** Resolves once a process has ended, or after some milliseconds. Nothing is polled. */
export async function untilEnded(worker: ProcessIdentity, ms: number): Promise<void> {
  let pidfd: number;
  try {
    pidfd = openPidfd(worker.pid);
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return;
    throw error;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = watchReadable(pidfd, resolve);
  const timer = setTimeout(resolve, ms);
  if (!isRunning(worker)) resolve(); // the id may be another one's by now
  await promise;
  clearTimeout(timer);
  watch.close();
  closeSync(pidfd);
}
