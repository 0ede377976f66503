import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ExitStatus,
  exitOfPidfd,
  isSystemError,
  openPidfd,
  reap,
  type Spawn,
  spawnProcess,
  watchReadable,
} from '@shimwright/linux-native';

/** How often it is looked at a child that cannot be watched. */
const RETRY_MS = 20;

/** How a process ended: its status, or null and the signal. */
export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/**
 * A program that this process starts and waits for, in a session and process group of its own. It is started by `posix_spawn`: a fork
 * copies the page tables of this process, which takes as long as the program itself once those are large.
 */
export class ShortLivedChild {
  /** Resolves when it has ended. Never rejects. */
  readonly exited: Promise<ChildExit>;
  readonly #pid: number;
  #isReaped = false;

  /** @throws a system error of `posix_spawn`: `ENOENT`, `EACCES`, `ENOEXEC`, `EAGAIN`. */
  constructor(spawn: Spawn) {
    this.#pid = spawnProcess(spawn);
    this.exited = this.#untilExited();
  }

  /** Kills it with all that it has started in its own group. It is not reaped before its end is told: its id is its own. */
  killGroup(): void {
    if (this.#isReaped) return;
    try {
      process.kill(-this.#pid, 'SIGKILL');
    } catch {
      // It has ended just now.
    }
  }

  async #untilExited(): Promise<ChildExit> {
    const pidfd = openOrNone(this.#pid);
    try {
      await (pidfd === undefined ? undefined : watchedEnd(pidfd));
      for (;;) {
        const exit = reaped(this.#pid);
        this.#isReaped = exit !== 'running';
        if (exit !== 'running') return exitOf(exit ?? (pidfd === undefined ? undefined : exitOfPidfd(pidfd)));
        await delay(RETRY_MS); // it could not be watched
      }
    } finally {
      if (pidfd !== undefined) closeSync(pidfd);
    }
  }
}

/** Undefined where this process has no descriptor left for it, or no memory. */
function openOrNone(pid: number): number | undefined {
  try {
    return openPidfd(pid);
  } catch {
    return undefined;
  }
}

function watchedEnd(pidfd: number): Promise<void> | undefined {
  try {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = watchReadable(pidfd, () => {
      watch.close();
      resolve();
    });
    return promise;
  } catch {
    return undefined;
  }
}

/** How a child ended; undefined where something else in this process, such as a subreaper for all orphans, was told before. */
function reaped(pid: number): ExitStatus | 'running' | undefined {
  try {
    return reap(pid) ?? 'running';
  } catch (error) {
    if (isSystemError(error, 'ECHILD')) return undefined;
    throw error;
  }
}

/** Where nobody knows, what it has written tells whether it succeeded. */
function exitOf(exit: ExitStatus = { status: 0 }): ChildExit {
  const { status, signal } = exit;
  if (signal === undefined) return { exitCode: status, signal: null };
  const [name = String(signal)] =
    Object.entries(constants.signals).find(([, number]) => number === signal) ?? [];
  return { exitCode: null, signal: name };
}
