import { TaskError, type TaskErrorCode } from '@shimwright/task-core';
import { type StatusName, TtrpcError } from '@shimwright/ttrpc';

/** The gRPC status of a failure; what is not here is `UNKNOWN`, as the stock shim has it for all that it has no word for. */
const STATUSES: Readonly<Partial<Record<TaskErrorCode, StatusName>>> = {
  ERR_TASK_EXISTS: 'ALREADY_EXISTS',
  ERR_TASK_NOT_FOUND: 'NOT_FOUND',
  ERR_TASK_NOT_CREATED: 'FAILED_PRECONDITION',
  ERR_TASK_FINISHED: 'NOT_FOUND',
  ERR_TASK_ARGUMENT: 'INVALID_ARGUMENT',
  ERR_TASK_TIMEOUT: 'DEADLINE_EXCEEDED',
};

/** What the stock shim adds to its words: the name of what containerd's `errdefs` takes it for. */
const ENDINGS: Readonly<Partial<Record<TaskErrorCode, string>>> = {
  ERR_TASK_NOT_FOUND: ': not found',
  ERR_TASK_NOT_CREATED: ': failed precondition',
  ERR_TASK_FINISHED: ': not found',
};

/** A failure as the stock shim answers it. */
function toStatus(error: unknown): unknown {
  if (!(error instanceof TaskError)) return error;
  const status = STATUSES[error.code];
  if (status === undefined) return error;
  return TtrpcError.status(status, `${error.message}${ENDINGS[error.code] ?? ''}`, { cause: error });
}

type Handler = (...args: never[]) => unknown;

/** The same handlers, whose failures have a status. */
export function withStatus<Handlers extends Readonly<Record<string, unknown>>>(handlers: Handlers): Handlers {
  const wrapped = Object.entries(handlers).map(([name, handler]) => [name, answering(handler as Handler)]);
  return Object.fromEntries(wrapped) as Handlers;
}

function answering(handler: Handler): Handler {
  return async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      throw toStatus(error);
    }
  };
}
