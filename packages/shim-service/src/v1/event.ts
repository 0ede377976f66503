import { type Any, packAny, taskTopics } from '@shimwright/shim-api';
import type { TaskEvent } from '@shimwright/task-core';

/** An event, and the topic it is published under. */
export interface PublishedEvent {
  readonly topic: string;
  readonly event: Any;
}

/** An event as a shim of runtime v1 publishes it; undefined for one that is its manager's to publish. */
export function publishedEvent(event: TaskEvent): PublishedEvent | undefined {
  const { containerId } = event;
  switch (event.type) {
    case 'exit': {
      const { execId, pid, exitStatus, exitedAt } = event;
      const exit = { containerId, id: execId || containerId, pid, exitStatus, exitedAt };
      return { topic: taskTopics.exit, event: packAny('containerd.events.TaskExit', exit) };
    }
    case 'oom':
      return { topic: taskTopics.oom, event: packAny('containerd.events.TaskOOM', { containerId }) };
    default:
      return undefined;
  }
}
