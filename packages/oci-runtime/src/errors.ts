import type { LogEntry } from './failures/log-entry.ts';

/** The codes that a program can check. */
export type OciRuntimeErrorCode =
  | 'ERR_RUNTIME_ARGUMENT'
  | 'ERR_RUNTIME_NOT_FOUND'
  | 'ERR_RUNTIME_NOT_EXIST'
  | 'ERR_RUNTIME_EXISTS'
  | 'ERR_RUNTIME_STATE'
  | 'ERR_RUNTIME_UNSUPPORTED'
  | 'ERR_RUNTIME_FAILED'
  | 'ERR_RUNTIME_OUTPUT'
  | 'ERR_RUNTIME_TIMEOUT'
  | 'ERR_RUNTIME_CLEANUP';

/** Details of an error, where they are known. */
export interface OciRuntimeErrorFacts {
  /** The call, as the runtime names it, such as `create`. */
  readonly call?: string | undefined;
  /** The container concerned. */
  readonly id?: string | undefined;
  /** The runtime: its path once it is found, before that as it was given. */
  readonly command?: string | undefined;
  /** What the runtime was given as arguments. */
  readonly args?: readonly string[] | undefined;
  /** The status the runtime exited with. */
  readonly exitCode?: number | undefined;
  /** The signal that ended the runtime. */
  readonly exitSignal?: string | undefined;
  /** What the runtime wrote to its stderr. */
  readonly stderr?: string | undefined;
  /** What the runtime logged. */
  readonly log?: readonly LogEntry[] | undefined;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change. The message
 * holds the runtime's own words wherever it had any. An aborted call rejects with the signal's reason instead.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_RUNTIME_ARGUMENT` | an argument that no runtime can take; nothing was started |
 * | `ERR_RUNTIME_NOT_FOUND` | the runtime is missing or not executable, or the PATH has none |
 * | `ERR_RUNTIME_NOT_EXIST` | the runtime knows no container of that id |
 * | `ERR_RUNTIME_EXISTS` | there is a container of that id already |
 * | `ERR_RUNTIME_STATE` | the container is not in a state that allows the call |
 * | `ERR_RUNTIME_UNSUPPORTED` | this runtime does not have the call |
 * | `ERR_RUNTIME_FAILED` | it failed in another way: see the message, `exitCode`, `log` and `stderr` |
 * | `ERR_RUNTIME_OUTPUT` | it claims success, but what it printed cannot be understood, or is too much |
 * | `ERR_RUNTIME_TIMEOUT` | it did not end within `timeoutMs`; what it had made is taken back, as with an abort |
 * | `ERR_RUNTIME_CLEANUP` | the call was aborted or took too long, and what it had made could not be removed; the `cause` is the failure of that |
 */
export class OciRuntimeError extends Error {
  static {
    OciRuntimeError.prototype.name = 'OciRuntimeError';
  }
  /** What went wrong. */
  readonly code: OciRuntimeErrorCode;
  /** The call, as the runtime names it, such as `create`; undefined outside of a call. */
  readonly call: string | undefined;
  /** The container concerned; undefined where the call has none. */
  readonly id: string | undefined;
  /** The runtime's path; undefined where none was looked for yet. */
  readonly command: string | undefined;
  /**
   * What the runtime was given as arguments; undefined where it was not started. Not enumerable, so that what prints
   * or sends an error does not show the variables that an executed command was given.
   */
  declare readonly args: readonly string[] | undefined;
  /** The status the runtime exited with; undefined where it did not run, or a signal ended it. */
  readonly exitCode: number | undefined;
  /** The signal that ended the runtime; undefined where none did. */
  readonly exitSignal: string | undefined;
  /** What the runtime wrote to its stderr, as far as that was not the container's. */
  readonly stderr: string;
  /** What the runtime logged, in its order. */
  readonly log: readonly LogEntry[];

  constructor(code: OciRuntimeErrorCode, message: string, facts: OciRuntimeErrorFacts & ErrorOptions = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.call = facts.call;
    this.id = facts.id;
    this.command = facts.command;
    Object.defineProperty(this, 'args', { value: facts.args, enumerable: false });
    this.exitCode = facts.exitCode;
    this.exitSignal = facts.exitSignal;
    this.stderr = facts.stderr ?? '';
    this.log = facts.log ?? [];
  }
}

/**
 * Tells whether a thrown value is an {@link OciRuntimeError}, even of another copy of this package or of another realm,
 * which `instanceof` would not recognize.
 */
export function isOciRuntimeError(error: unknown): error is OciRuntimeError {
  if (typeof error !== 'object' || error === null || !('name' in error) || !('code' in error)) return false;
  return error.name === 'OciRuntimeError' && String(error.code).startsWith('ERR_RUNTIME_');
}

/** An `ERR_RUNTIME_ARGUMENT`. */
export function badArgument(message: string, ...[cause]: [cause?: unknown]): OciRuntimeError {
  return new OciRuntimeError('ERR_RUNTIME_ARGUMENT', message, cause === undefined ? {} : { cause });
}

/** Whether `error` has this code, as system errors have one. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** Whether it is for want of descriptors or memory, which tells nothing of what was looked for. */
export function isPassing(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM'].some((code) => hasCode(error, code));
}

/** What an error of any realm says. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
