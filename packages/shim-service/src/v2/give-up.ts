import type { DeleteResponse } from '@shimwright/shim-api/task-v2';
import { type Containers, now, TaskError } from '@shimwright/task-core';
import type { GroupContainers } from './group-containers.ts';

/** What is told of a container that was killed because its shim was given up. */
export const KILLED_STATUS = 128 + 9;

/** Kills and deletes a container whatever its state; nothing for one that is not there. */
export async function giveUp(id: string, group: GroupContainers): Promise<DeleteResponse> {
  const { containers, cgroups } = group;
  await group.adopted(id);
  const pid = pidOf(containers, id);
  await containers.destroy(id);
  cgroups.forget(id);
  group.end(id);
  return { pid, exitStatus: KILLED_STATUS, exitedAt: now() };
}

function pidOf(containers: Containers, id: string): number {
  try {
    return containers.get(id).pid;
  } catch (error) {
    if (error instanceof TaskError) return 0;
    throw error;
  }
}
