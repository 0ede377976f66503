import type { ProcessInfo } from '@shimwright/shim-api';
import { packAny } from '@shimwright/shim-api';
import type { CreateTaskRequest, DeleteResponse, TaskHandlers } from '@shimwright/shim-api/task-v2';
import { type Container, type Containers, TaskError, type TaskErrorCode } from '@shimwright/task-core';
import { TtrpcError } from '@shimwright/ttrpc';
import { textOf } from '../v1/requests.ts';
import { withStatus } from '../v1/status.ts';
import { noteDeleted, noteOptions, notePid } from './bundle-notes.ts';
import type { CgroupsOfContainers } from './cgroups-of-containers.ts';
import type { RepeatedCalls } from './keeper/repeated-calls.ts';
import { shimOptions } from './options.ts';
import { checkpointRequest, createRequest } from './requests.ts';

/** The containers that a task service is for. */
export interface TaskGroup {
  readonly containers: Containers;
  readonly cgroups: CgroupsOfContainers;
  /** Called before a container is made. */
  begin(request: CreateTaskRequest): void;
  /** Called with the bundle of a container that is about to be made, which may belong to a sandbox. */
  join(bundle: string): void;
  /** Called when there may be nothing left of one. */
  end(id: string): void;
  /** What was answered when an earlier process deleted a process of a container; undefined where that is not known. */
  deleted(id: string, execId: string): DeleteResponse | undefined;
  /** Resolves when it is known whether a container is one of an earlier process. Never rejects. */
  adopted(id: string): Promise<void>;
}

/** What the task service of a group of containers needs. */
export interface TaskServiceOptions {
  readonly namespace: string;
  readonly group: TaskGroup;
  /** Calls that may have been done by an earlier process. */
  readonly repeated: RepeatedCalls;
  /** Called when a container was asked for, whatever came of it. */
  readonly onCreated: (id: string) => void;
  /** Called when a container was deleted, and when one asks the shim to end. */
  readonly onMaybeIdle: () => void;
}

/** The 17 calls of task v2 and v3 for the containers of a group, in the words of the stock shim. */
export function taskHandlers(options: TaskServiceOptions): TaskHandlers {
  return withStatus(onceAdopted(handlersOf(options), options.group));
}

type AnyHandler = (request: { readonly id: string }, context: never) => unknown;

/** The same handlers, which wait until it is known whether their container is one of an earlier process. */
function onceAdopted(handlers: TaskHandlers, group: TaskGroup): TaskHandlers {
  const wrapped = Object.entries(handlers).map(([name, given]) => {
    const handler = given as AnyHandler;
    const waiting: AnyHandler = async (request, context) => {
      await group.adopted(request.id);
      return handler(request, context);
    };
    return [name, waiting] as const;
  });
  return Object.fromEntries(wrapped) as unknown as TaskHandlers;
}

function handlersOf(options: TaskServiceOptions): TaskHandlers {
  const { group, namespace, repeated, onCreated, onMaybeIdle } = options;
  const { containers, cgroups } = group;
  const the = (id: string) => containerIn(containers, id);
  return {
    create: async (request, { signal }) => {
      const { id, bundle } = request;
      const made = repeated.take('Create', id) ? foundIn(containers, id) : undefined;
      if (made) return { pid: made.pid };
      try {
        const { runc } = await shimOptions(request.options);
        noteOptions(bundle, runc);
        const asked = createRequest(request, runc, namespace);
        group.join(bundle);
        if (!containers.ids.includes(id)) group.begin(request);
        const { pid } = await containers.create(asked, signal);
        try {
          if (pid !== 0) notePid(bundle, pid);
        } catch (error) {
          await containers.destroy(id).catch(() => {}); // whoever asked is told that there is none
          throw error;
        }
        cgroups.find(id, pid);
        return { pid };
      } finally {
        group.end(id); // nothing of one that was not made
        onCreated(id);
      }
    },
    start: async ({ id, execId }, { signal }) => {
      const container = withProcess(the(id), execId);
      const { status, pid: started } = container.state(execId);
      if (repeated.take('Start', id, execId) && status !== 'CREATED') return { pid: started };
      const pid = await container.start(execId, signal);
      if (execId === '') cgroups.find(id, pid);
      return { pid };
    },
    state: ({ id, execId }) => {
      const { stdio, ...state } = withProcess(the(id), execId).state(execId);
      return { ...state, ...stdio, id: execId || id, execId };
    },
    delete: async ({ id, execId }, { signal }) => {
      const earlier = repeated.take('Delete', id, execId) ? group.deleted(id, execId) : undefined;
      if (earlier && !isThere(containers, id, execId)) return earlier;
      const container = withProcess(the(id), execId);
      const { bundle } = container.state('');
      const deleted = await container.delete(execId, signal);
      if (execId !== '') return deleted;
      // Of processes that nobody has deleted before, nobody can know any more.
      await containers.destroy(id).catch(() => {});
      cgroups.forget(id);
      group.end(id);
      noteDeleted(bundle, deleted);
      onMaybeIdle();
      return deleted;
    },
    pids: async ({ id }, { signal }) => ({ processes: await processesOf(the(id), signal) }),
    pause: async ({ id }, { signal }) => {
      const isDone = repeated.take('Pause', id) && the(id).state('').status === 'PAUSED';
      if (!isDone) await the(id).pause(signal);
      return {};
    },
    resume: async ({ id }, { signal }) => {
      const isDone = repeated.take('Resume', id) && the(id).state('').status === 'RUNNING';
      if (!isDone) await the(id).resume(signal);
      return {};
    },
    checkpoint: async (request, { signal }) => {
      const container = the(request.id);
      await container.checkpoint(checkpointRequest(request, container.state('').bundle), signal);
      return {};
    },
    kill: async ({ id, execId, signal: number, all }, { signal }) => {
      const isRepeated = repeated.take('Kill', id, execId);
      try {
        await withProcess(the(id), execId).kill(execId, { signal: number, all }, signal);
      } catch (error) {
        if (!isRepeated || !hasCode(error, 'ERR_TASK_FINISHED')) throw error; // it has worked the first time
      }
      return {};
    },
    exec: ({ id, execId, spec, terminal, stdin, stdout, stderr }) => {
      if (repeated.take('Exec', id, execId) && hasProcess(the(id), execId)) return {};
      the(id).exec({ execId, spec: textOf(spec), stdio: { stdin, stdout, stderr, terminal } });
      return {};
    },
    resizePty: ({ id, execId, width, height }) => {
      withProcess(the(id), execId).resize(execId, { width, height });
      return {};
    },
    closeIO: ({ id, execId }) => {
      withProcess(the(id), execId).closeIO(execId);
      return {};
    },
    update: async ({ id, resources }, { signal }) => {
      await the(id).update(textOf(resources), signal);
      return {};
    },
    wait: async ({ id, execId }, { signal }) => {
      const { exitStatus, exitedAt } = await withProcess(the(id), execId).wait(execId, signal);
      return { exitStatus, exitedAt };
    },
    stats: async ({ id }) => {
      the(id);
      return { stats: await cgroups.metrics(id) };
    },
    connect: ({ id }) => ({ shimPid: process.pid, taskPid: pidOf(containers, id) }),
    // What remains of the group goes on; whether this process ends, its group decides.
    shutdown: () => {
      onMaybeIdle();
      return {};
    },
  };
}

/** @throws {TtrpcError} `NOT_FOUND`, in the stock shim's words. */
function containerIn(containers: Containers, id: string): Container {
  const found = foundIn(containers, id);
  if (found) return found;
  throw TtrpcError.status('NOT_FOUND', 'container not created: not found');
}

function foundIn(containers: Containers, id: string): Container | undefined {
  try {
    const container = containers.get(id);
    return container.isDeleted ? undefined : container;
  } catch (error) {
    if (hasCode(error, 'ERR_TASK_NOT_FOUND')) return undefined;
    throw error;
  }
}

function pidOf(containers: Containers, id: string): number {
  return foundIn(containers, id)?.pid ?? 0;
}

/** The container, in which there is such a process. @throws {TtrpcError} `NOT_FOUND`, in the stock shim's words. */
function withProcess(container: Container, execId: string): Container {
  if (hasProcess(container, execId)) return container;
  throw TtrpcError.status('NOT_FOUND', `process does not exist ${execId}: not found`);
}

function isThere(containers: Containers, id: string, execId: string): boolean {
  const container = foundIn(containers, id);
  return container !== undefined && hasProcess(container, execId);
}

function hasProcess(container: Container, execId: string): boolean {
  try {
    container.state(execId);
    return true;
  } catch (error) {
    if (hasCode(error, 'ERR_TASK_NOT_FOUND')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: TaskErrorCode): boolean {
  return error instanceof TaskError && error.code === code;
}

async function processesOf(container: Container, signal: AbortSignal): Promise<ProcessInfo[]> {
  const listed = await container.pids(container.id, signal);
  return listed.map(({ pid, execId }) => ({
    pid,
    // Of the first process, and of those that others have started, there is nothing more to say.
    info: execId ? packAny('containerd.runc.v1.ProcessDetails', { execId }) : undefined,
  }));
}
