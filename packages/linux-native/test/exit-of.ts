import { closeSync } from 'node:fs';
import { openPidfd } from '../src/pidfd.ts';
import { type ExitStatus, reap } from '../src/wait.ts';
import { watchReadable } from '../src/watch.ts';

/** How a child that was started by `spawnProcess` ends; reaps it. */
export async function exitOf(pid: number): Promise<ExitStatus | undefined> {
  const pidfd = openPidfd(pid);
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = watchReadable(pidfd, resolve);
  try {
    await promise;
    return reap(pid);
  } finally {
    watch.close();
    closeSync(pidfd);
  }
}
