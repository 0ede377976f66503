import { dateToTimestamp, packAny, taskTopics } from '@shimwright/shim-api';
import { markUnknown } from '@shimwright/shim-host';
import type { RecoveredExit } from './finding.ts';
import type { Site } from './site.ts';

/** What containerd tells of a container that it had to kill: 128 and the number of SIGKILL. */
export const KILLED = 137;

/** Tells the exit of a container as its shim would have. */
export function tell(id: string, exit: RecoveredExit, { exchange, namespace }: Site): void {
  const { pid, exitStatus, isUnknown } = exit;
  const exitedAt = dateToTimestamp(exit.exitedAt);
  const event = packAny('containerd.events.TaskExit', { containerId: id, id, pid, exitStatus, exitedAt });
  exchange?.publish(namespace, taskTopics.exit, isUnknown ? markUnknown(event) : event);
}
