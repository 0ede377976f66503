/** What can go wrong on the way to a shim, in the terms a program branches on. */
export type ShimErrorCode =
  | 'ERR_SHIM_NOT_FOUND'
  | 'ERR_SHIM_SPAWN'
  | 'ERR_SHIM_EXITED'
  | 'ERR_SHIM_UNREACHABLE'
  | 'ERR_SHIM_CGROUP'
  | 'ERR_SHIM_PROCESS'
  | 'ERR_SHIM_VERSION'
  | 'ERR_SHIM_RUNTIME'
  | 'ERR_SHIM_BUNDLE'
  | 'ERR_SHIM_BOOTSTRAP'
  | 'ERR_SHIM_PROTOCOL'
  | 'ERR_SHIM_TIMEOUT'
  | 'ERR_TASK_IO';

/** Details of an error, where they are known. */
export interface ShimErrorFacts {
  /** The file, socket or directory concerned. */
  readonly path?: string;
  /** What the shim wrote to its stderr before it ended. */
  readonly stderr?: string;
  /** The status the shim exited with; null when a signal ended it. */
  readonly exitCode?: number | null;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change. Failures
 * of the calls themselves are the `TtrpcError`s of `@shimwright/ttrpc`.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_SHIM_NOT_FOUND` | the shim's binary, or the publisher, is missing or not executable |
 * | `ERR_SHIM_SPAWN` | the system could not start a process for the shim, or not set it up; see `cause` |
 * | `ERR_SHIM_EXITED` | the shim ended before it answered; see `stderr` and `exitCode` |
 * | `ERR_SHIM_UNREACHABLE` | nobody listens at the address |
 * | `ERR_SHIM_CGROUP` | the cgroup for the shim does not exist or refuses it |
 * | `ERR_SHIM_PROCESS` | the shim names a process id that cannot be signalled safely |
 * | `ERR_SHIM_VERSION` | a process that serves many shims is of a version that cannot do what is asked |
 * | `ERR_SHIM_RUNTIME` | the name of a runtime is none |
 * | `ERR_SHIM_BUNDLE` | the bundle of a v2 shim is gone, or cannot take what the shim needs |
 * | `ERR_SHIM_BOOTSTRAP` | what a v2 shim answered when it was started is no answer |
 * | `ERR_SHIM_PROTOCOL` | a v2 shim wants a protocol, or a version of the task service, that is not spoken here |
 * | `ERR_SHIM_TIMEOUT` | the program of a v2 shim did not end in time, and was killed |
 * | `ERR_TASK_IO` | the FIFOs for a task's stdio could not be made |
 */
export class ShimClientError extends Error {
  static {
    ShimClientError.prototype.name = 'ShimClientError';
  }
  /** What went wrong. */
  readonly code: ShimErrorCode;
  /** The file, socket or directory concerned, where there is one. */
  readonly path: string | undefined;
  /** What the shim wrote to its stderr before it ended; only with `ERR_SHIM_EXITED`. */
  readonly stderr: string | undefined;
  /** The status the shim exited with, null after a signal; only with `ERR_SHIM_EXITED`. */
  readonly exitCode: number | null | undefined;

  constructor(code: ShimErrorCode, message: string, facts: ShimErrorFacts & ErrorOptions = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.path = facts.path;
    this.stderr = facts.stderr;
    this.exitCode = facts.exitCode;
  }
}

/** Whether `error` is a system error with this code. */
export function hasCode(error: unknown, code: string): boolean {
  // Not by `instanceof`: under Jest, what Node throws is not an `Error` of the realm that this code runs in.
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
