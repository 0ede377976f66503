/** The codes that a program can check. */
export type TaskErrorCode =
  | 'ERR_TASK_EXISTS'
  | 'ERR_TASK_NOT_FOUND'
  | 'ERR_TASK_NOT_CREATED'
  | 'ERR_TASK_FINISHED'
  | 'ERR_TASK_STATE'
  | 'ERR_TASK_ARGUMENT'
  | 'ERR_TASK_SIGNAL'
  | 'ERR_TASK_RUNTIME'
  | 'ERR_TASK_TIMEOUT'
  | 'ERR_TASK_MOUNT'
  | 'ERR_TASK_STDIO'
  | 'ERR_TASK_CONSOLE'
  | 'ERR_TASK_DESCRIPTORS'
  | 'ERR_TASK_SUBREAPER';

/** What a failure was about, as far as it is known. */
export interface TaskErrorFacts extends ErrorOptions {
  /** The container or process concerned. */
  readonly id?: string | undefined;
  /** The path or address concerned. */
  readonly path?: string | undefined;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change. They hold the words of
 * containerd's own shims, and those of the OCI runtime where it had any. An aborted call rejects with the signal's
 * reason instead.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_TASK_EXISTS` | there is a container or process of that id already |
 * | `ERR_TASK_NOT_FOUND` | there is none of that id |
 * | `ERR_TASK_NOT_CREATED` | the container, or the process, is not made yet |
 * | `ERR_TASK_FINISHED` | the process has ended, so nothing can be told to it |
 * | `ERR_TASK_STATE` | its state does not allow the call |
 * | `ERR_TASK_ARGUMENT` | a request that makes no sense; nothing was done |
 * | `ERR_TASK_SIGNAL` | the kernel refused the signal |
 * | `ERR_TASK_RUNTIME` | the OCI runtime failed or is missing; the `cause` is an `OciRuntimeError` |
 * | `ERR_TASK_TIMEOUT` | the OCI runtime took too long and was ended, or what it was to end did not |
 * | `ERR_TASK_MOUNT` | a part of the root file system could not be mounted or unmounted |
 * | `ERR_TASK_STDIO` | a path for stdio is of an unknown kind, is missing, or is a logger that is not allowed |
 * | `ERR_TASK_CONSOLE` | the OCI runtime handed no terminal over |
 * | `ERR_TASK_DESCRIPTORS` | this process has too few file descriptors left to make another; nothing was done |
 * | `ERR_TASK_SUBREAPER` | this process would not learn how a container ends; call `becomeSubreaper` first |
 */
export class TaskError extends Error {
  static {
    TaskError.prototype.name = 'TaskError';
  }
  /** What went wrong. */
  readonly code: TaskErrorCode;
  /** The container or process concerned, where there is one. */
  readonly id: string | undefined;
  /** The path or address concerned, where there is one. */
  readonly path: string | undefined;

  constructor(code: TaskErrorCode, message: string, facts: TaskErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.id = facts.id;
    this.path = facts.path;
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
