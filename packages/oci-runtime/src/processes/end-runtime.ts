import { setTimeout as delay } from 'node:timers/promises';
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
  if (made === undefined) killLeaves(pid);
  else killTree(made);
  await waitFor(runtime, graceMs, () => false);
  if (runtime.hasEnded) return true;

  killTree(pid);
  runtime.killGroup();
  return true;
}

async function waitFor(runtime: RuntimeProcess, timeoutMs: number, isDone: () => boolean): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!runtime.hasEnded && !isDone() && performance.now() < deadline) {
    await Promise.race([runtime.ended, delay(POLL_MS)]);
  }
}
