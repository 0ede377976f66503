import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnProcess } from '@shimwright/linux-native';
import { watchExit } from '../exits/process-exit.ts';

/** What POSIX has on every system, for what this process must neither wait for nor take with it when it is killed. */
const PROGRAM = ['/bin/cat', '/usr/bin/cat'].find((file) => existsSync(file));

const RETRY_MS = 1_000;
const { SIGKILL } = constants.signals;

/** Whether there is a program that copies. */
export const canCopy = PROGRAM !== undefined;

/** A process that copies from one descriptor to another until the end of the first. */
export interface Copier {
  /** Resolves when it is done, or was stopped. Never rejects. */
  readonly ended: Promise<void>;
  /** Ends it at once. */
  stop(): void;
  /** Leaves it to itself: it is not started again any more. */
  leave(): void;
}

/**
 * Starts a process that copies. It outlives this one. When it fails, as it does on a full disk, what it had read is lost and it is
 * started again: the descriptors stay open until `ended`, and are then the caller's to close.
 *
 * @param isLasting whether it is started again; otherwise its end is that of the copy.
 */
export function startCopier(source: number, target: number, isLasting: boolean): Copier {
  let pid: number | undefined;
  let isLeft = !isLasting;
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const copy = async () => {
    do {
      try {
        pid = spawnProcess({ command: PROGRAM ?? '', args: [], env: {}, descriptors: [source, target] });
        const exit = watchExit(pid);
        const { status } = await exit;
        pid = undefined;
        if (status === 0) return;
      } catch {
        await delay(RETRY_MS, undefined, { ref: false }); // no process can be started just now
      }
    } while (!isLeft);
  };
  return {
    ended: Promise.race([copy(), left]),
    stop: () => {
      isLeft = true;
      if (pid !== undefined) process.kill(pid, SIGKILL); // not reaped yet, so its id is its own
      leave();
    },
    leave: () => {
      isLeft = true;
      leave();
    },
  };
}
