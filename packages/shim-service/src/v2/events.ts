import { type Any, packAny, taskTopics } from '@shimwright/shim-api';
import type { TaskEvent } from '@shimwright/task-core';
import type { PublishedEvent } from '../v1/event.ts';

/** An event as a shim of task v2 publishes it; undefined for the deletion of an exec, which the stock shim keeps to itself. */
export function taskEvent(event: TaskEvent): PublishedEvent | undefined {
  const { containerId, type } = event;
  switch (type) {
    case 'create': {
      const { bundle, rootfs, stdio: io, checkpoint, pid } = event;
      const mounts = rootfs.map((mount) => ({ ...mount, options: [...mount.options] }));
      const create = { containerId, bundle, rootfs: mounts, io, checkpoint, pid };
      return { topic: taskTopics.create, event: packAny('containerd.events.TaskCreate', create) };
    }
    case 'start':
      return told(taskTopics.start, packAny('containerd.events.TaskStart', { containerId, pid: event.pid }));
    case 'exit': {
      const { execId, pid, exitStatus, exitedAt } = event;
      const exit = { containerId, id: execId || containerId, pid, exitStatus, exitedAt };
      return told(taskTopics.exit, packAny('containerd.events.TaskExit', exit));
    }
    case 'delete': {
      const { execId, pid, exitStatus, exitedAt } = event;
      if (execId !== '') return undefined;
      const deletion = { containerId, pid, exitStatus, exitedAt };
      return told(taskTopics.delete, packAny('containerd.events.TaskDelete', deletion));
    }
    case 'exec-added': {
      const { execId } = event;
      return told(taskTopics.execAdded, packAny('containerd.events.TaskExecAdded', { containerId, execId }));
    }
    case 'exec-started': {
      const { execId, pid } = event;
      const started = { containerId, execId, pid };
      return told(taskTopics.execStarted, packAny('containerd.events.TaskExecStarted', started));
    }
    case 'paused':
      return told(taskTopics.paused, packAny('containerd.events.TaskPaused', { containerId }));
    case 'resumed':
      return told(taskTopics.resumed, packAny('containerd.events.TaskResumed', { containerId }));
    case 'oom':
      return told(taskTopics.oom, packAny('containerd.events.TaskOOM', { containerId }));
    case 'checkpointed': {
      const checkpointed = { containerId, checkpoint: event.imagePath };
      return told(taskTopics.checkpointed, packAny('containerd.events.TaskCheckpointed', checkpointed));
    }
  }
}

function told(topic: string, event: Any): PublishedEvent {
  return { topic, event };
}
