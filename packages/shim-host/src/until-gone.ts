import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from '@shimwright/linux-native';

/**
 * Resolves once the process no longer runs. Call it when its end has begun: its last steps are looked at
 * in quick succession first, because they take microseconds, and more rarely later.
 */
export async function untilGone(process: ProcessIdentity, signal?: AbortSignal): Promise<void> {
  for (let waitMs = 0; isRunning(process); waitMs = Math.min(waitMs + 0.5, 20)) {
    await delay(waitMs, undefined, { signal });
  }
}
