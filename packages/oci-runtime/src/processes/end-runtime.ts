import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '../errors.ts';
import { killLeaves, killTree } from './process-tree.ts';
import type { RuntimeProcess } from './runtime-process.ts';

const POLL_MS = 5;

/** How a runtime that makes something is ended. */
export interface EndOptions {
  /**
   * The process that the runtime waits for once it is made, so that it would not end by itself. Undefined
   * as long as it is not made, and for a runtime that waits for none.
   */
  readonly awaited: () => number | undefined;
  /** How long the runtime is given for each of the two ways to end by itself, in milliseconds. */
  readonly graceMs: number;
}

/**
 * Ends a runtime that may be in the middle of making something. A runtime that is killed leaves half a
 * container, which nothing can delete: so it is first let finish, which takes milliseconds, then made to fail
 * by the loss of the process it waits for, and only then killed.
 *
 * It may still be ending when this resolves.
 *
 * @returns whether it was cut short, so that it may have made something and not have taken it back.
 * @throws the system's error where the processes below it cannot be seen for as long as it is given.
 */
export async function endRuntime(
  runtime: RuntimeProcess,
  { awaited, graceMs }: EndOptions,
): Promise<boolean> {
  const { pid } = runtime;
  if (pid === undefined) return false;
  await waitFor(runtime, graceMs, () => awaited() !== undefined);
  if (runtime.hasEnded) return false;

  const made = awaited();
  await onceSeen(() => (made === undefined ? killLeaves(pid) : killTree(made)), graceMs);
  await waitFor(runtime, graceMs, () => false);
  if (runtime.hasEnded) return true;

  await onceSeen(() => killTree(pid), graceMs);
  runtime.killGroup();
  return true;
}

/** Does what takes a look at all processes; without a descriptor for that, as soon as there is one. */
export async function onceSeen(work: () => void, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isPassing(error) || performance.now() >= deadline) throw error;
      await delay(POLL_MS);
    }
  }
}

async function waitFor(runtime: RuntimeProcess, timeoutMs: number, isDone: () => boolean): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!runtime.hasEnded && !isDone() && performance.now() < deadline) {
    await Promise.race([runtime.ended, delay(POLL_MS)]);
  }
}
