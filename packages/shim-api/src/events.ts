import { type KnownMessage, unpackAny } from './any.ts';
import { ShimApiError } from './errors.ts';
import type { Any } from './gen/google/protobuf/any.ts';
import { eventCodecs } from './known-types.ts';

/** An event of a task; `type` tells which. */
export type TaskEvent = Extract<KnownMessage, { readonly type: keyof typeof eventCodecs }>;

/** The topics that tasks' events are published under, as containerd names them. */
export const taskTopics = {
  /** `TaskCreate`: a container's first process was made. */
  create: '/tasks/create',
  /** `TaskStart`: it was started. */
  start: '/tasks/start',
  /** `TaskOOM`: the kernel killed a process that was out of memory. */
  oom: '/tasks/oom',
  /** `TaskExit`: a process ended. */
  exit: '/tasks/exit',
  /** `TaskDelete`: a process that had ended was deleted. */
  delete: '/tasks/delete',
  /** `TaskExecAdded`: another process was made. */
  execAdded: '/tasks/exec-added',
  /** `TaskExecStarted`: another process was started. */
  execStarted: '/tasks/exec-started',
  /** `TaskPaused`: all processes were frozen. */
  paused: '/tasks/paused',
  /** `TaskResumed`: they go on. */
  resumed: '/tasks/resumed',
  /** `TaskCheckpointed`: the state of the container was saved. */
  checkpointed: '/tasks/checkpointed',
} as const;

/**
 * The event that an `Any` holds.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_TYPE` when it holds no event of a task, `ERR_SHIM_API_INVALID` when the bytes are no
 * such message.
 */
export function decodeEvent(any: Any): TaskEvent {
  const known = unpackAny(any);
  if (Object.hasOwn(eventCodecs, known.type)) return known as TaskEvent;
  throw new ShimApiError('ERR_SHIM_API_TYPE', `a ${known.type} is no event of a task`);
}
