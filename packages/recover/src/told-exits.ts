import { setTimeout as delay } from 'node:timers/promises';
import { type Any, decodeEvent, type TaskExit, taskTopics, timestampToDate } from '@shimwright/shim-api';
import { isExitUnknown, isRunning, type ProcessIdentity, readSpool } from '@shimwright/shim-host';
import type { ToldExits } from './end-container.ts';
import type { RecoveredExit } from './finding.ts';
import type { Site } from './site.ts';

/** A publisher needs some milliseconds; one that takes longer than this hangs. */
const PATIENCE_MS = 5_000;
const POLL_MS = 5;

/**
 * The exits of containers that shims have told before they died, and that wait in the spool.
 *
 * @param publishers who may be about to put one there.
 */
export async function readToldExits(
  { daemonAddress, namespace, signal }: Site,
  publishers: readonly ProcessIdentity[],
): Promise<ToldExits> {
  const deadline = Date.now() + PATIENCE_MS;
  while (publishers.some(isRunning) && Date.now() < deadline) await delay(POLL_MS, undefined, { signal });
  const told = new Map<string, RecoveredExit>();
  for (const spooled of await readSpool(daemonAddress)) {
    const exit =
      spooled.namespace === namespace && spooled.topic === taskTopics.exit && exitIn(spooled.event);
    if (!exit || exit.id !== exit.containerId) continue;
    const { pid, exitStatus } = exit;
    const exitedAt = timestampToDate(exit.exitedAt) ?? spooled.timestamp;
    told.set(exit.id, { pid, exitStatus, exitedAt, isUnknown: isExitUnknown(spooled.event) });
  }
  return told;
}

function exitIn(event: Any): TaskExit | undefined {
  try {
    const { type, message } = decodeEvent(event);
    return type === 'containerd.events.TaskExit' ? message : undefined;
  } catch {
    return undefined; // whoever listens will hear of it
  }
}
