import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessIdentity, processStat, spawnProcess } from '@shimwright/linux-native';
import { watchForeign } from '../exits/foreign-exit.ts';
import { watchExit } from '../exits/process-exit.ts';

/** What POSIX has on every system, for what this process must neither wait for nor take with it when it is killed. */
const PROGRAM = ['/bin/cat', '/usr/bin/cat'].find((file) => existsSync(file));

const RETRY_MS = 1_000;
const { SIGKILL } = constants.signals;

/** Whether there is a program that copies. */
export const canCopy = PROGRAM !== undefined;

/** One run of the program that copies. */
export interface Copying {
  /** The process, by which a later shim finds it. */
  readonly process: ProcessIdentity;
  /** Resolves to its exit status when it has ended. Never rejects. */
  readonly ended: Promise<number>;
  /** Ends it at once. */
  stop(): void;
}

/**
 * Starts a process that copies from one descriptor to another until the end of the first. It has its own duplicates of
 * them, and outlives this process.
 *
 * @throws a system error where no process can be started.
 */
export function copy(source: number, target: number | undefined): Copying {
  const pid = spawnProcess({ command: PROGRAM ?? '', args: [], env: {}, descriptors: [source, target] });
  let hasEnded = false;
  const ended = watchExit(pid).then(({ status }) => {
    hasEnded = true;
    return status;
  });
  return {
    process: { pid, startTime: processStat(pid)?.startTime ?? '' },
    ended,
    stop: () => {
      if (!hasEnded) process.kill(pid, SIGKILL); // not reaped yet, so its id is its own
    },
  };
}

/** A process that copies and was started by an earlier shim; undefined where it is gone. */
export function goOnCopying({ pid, startTime }: ProcessIdentity): Copying | undefined {
  const foreign = watchForeign(pid, startTime);
  if (!foreign) return undefined;
  return {
    process: { pid, startTime },
    ended: foreign.ended.then(({ status }) => status),
    stop: () => {
      try {
        foreign.signal(SIGKILL);
      } catch {
        // It has ended just now.
      }
    },
  };
}

/** Copies from one descriptor to another until the end of the first, whatever becomes of a process that does it. */
export interface Copier {
  /** Resolves when it is done, or was stopped. Never rejects. */
  readonly ended: Promise<void>;
  /** The process that copies now; undefined while none does. */
  readonly process: ProcessIdentity | undefined;
  /** Ends it at once. */
  stop(): void;
  /** Leaves it to itself: it is not started again any more. */
  leave(): void;
}

/** How to copy for long. */
export interface CopierOptions {
  /** Whether it is started again when it fails, as it does on a full disk; otherwise its end is that of the copy. */
  readonly isLasting: boolean;
  /** A process that copies already. */
  readonly earlier?: ProcessIdentity | undefined;
  /** Called when another process copies from now on. */
  readonly onChange?: () => void;
}

/**
 * Copies by a process that outlives this one. When it fails, what it had read is lost. The descriptors stay open until
 * `ended`, and are then the caller's to close.
 */
export function startCopier(
  source: number,
  target: number,
  { isLasting, earlier, onChange = () => {} }: CopierOptions,
): Copier {
  let current: Copying | undefined;
  let isLeft = !isLasting;
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const run = async () => {
    current = earlier && goOnCopying(earlier);
    do {
      try {
        if (!current) {
          current = copy(source, target);
          onChange();
        }
        const status = await current.ended;
        current = undefined;
        if (status === 0) return;
      } catch {
        await delay(RETRY_MS, undefined, { ref: false }); // no process can be started just now
      }
    } while (!isLeft);
  };
  return {
    ended: Promise.race([run(), left]),
    get process() {
      return current?.process;
    },
    stop: () => {
      isLeft = true;
      current?.stop();
      leave();
    },
    leave: () => {
      isLeft = true;
      leave();
    },
  };
}
