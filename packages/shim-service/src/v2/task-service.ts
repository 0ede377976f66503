import type { TaskHandlers } from '@shimwright/shim-api/task-v2';
import { Containers, tellingJournal } from '@shimwright/task-core';
import type { ShimServiceOptions } from '../v1/shim-v1.ts';
import { CgroupsOfContainers } from './cgroups-of-containers.ts';
import { taskEvent } from './events.ts';
import { RepeatedCalls } from './keeper/repeated-calls.ts';
import { taskHandlers } from './task-handlers.ts';

/** How a task service does its work. */
export interface TaskServiceSettings extends Pick<ShimServiceOptions, 'allowedLoggers' | 'publish'> {}

/** A shim of task v2 in this process. */
export interface TaskShimService {
  /** What answers the 17 calls. */
  readonly handlers: TaskHandlers;
  /** Kills and deletes the containers, and gives up all that belongs to them. */
  close(): Promise<void>;
}

/**
 * A shim of task v2 for the containers of a namespace, with the states, answers and messages of containerd's own.
 *
 * @throws {TaskError} `ERR_TASK_SUBREAPER` unless this process is a subreaper, see `becomeSubreaper`.
 * @throws {NativeError} `ERR_NATIVE_PLATFORM` elsewhere than on Linux.
 */
export function createTaskService(
  { namespace }: { readonly namespace: string },
  { publish, allowedLoggers = [] }: TaskServiceSettings,
): TaskShimService {
  const journal = tellingJournal((event) => {
    const published = taskEvent(event);
    if (published) publish(published.topic, published.event);
  });
  const containers = new Containers({ namespace, journal, allowedLoggers });
  const cgroups = new CgroupsOfContainers();
  const nobody = () => {}; // this process is not the shim's to end
  const group = {
    ...{ containers, cgroups, begin: nobody, join: nobody, end: nobody },
    ...{ adopted: async () => {}, deleted: () => undefined },
  };
  const repeated = new RepeatedCalls([]);
  const handlers = taskHandlers({ namespace, group, repeated, onCreated: nobody, onMaybeIdle: nobody });
  return { handlers, close: () => containers.close() };
}
