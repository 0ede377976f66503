/** The codes that a program can check. */
export type AtomicErrorCode =
  | 'ERR_ATOMIC_ARGUMENT'
  | 'ERR_ATOMIC_DELETE'
  | 'ERR_ATOMIC_EXISTS'
  | 'ERR_ATOMIC_MOUNTED'
  | 'ERR_ATOMIC_MOUNTS_UNKNOWN'
  | 'ERR_ATOMIC_NOT_A_FILE'
  | 'ERR_ATOMIC_NOT_ATOMIC'
  | 'ERR_ATOMIC_NOT_DURABLE'
  | 'ERR_ATOMIC_SWEEP';

/** Details of an error, where they are known. */
export interface AtomicErrorFacts {
  /** The file or directory concerned. */
  readonly path?: string | undefined;
  /** The mount points at and below it. */
  readonly mounts?: readonly string[] | undefined;
  /** Each failure, where several things were attempted. */
  readonly errors?: readonly unknown[] | undefined;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change. Whatever
 * the file system itself refuses passes through as Node's system error, with its `code`, such as `ENOSPC`,
 * and the `path`.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_ATOMIC_ARGUMENT` | the path has no name at its end, or an argument or option is not of its kind |
 * | `ERR_ATOMIC_DELETE` | several of the targets could not be deleted; see `errors` |
 * | `ERR_ATOMIC_EXISTS` | there is something at the path of the directory to make |
 * | `ERR_ATOMIC_MOUNTED` | something is mounted at or below the path to delete; see `mounts` |
 * | `ERR_ATOMIC_MOUNTS_UNKNOWN` | `mountsWithin` cannot tell, since `/proc` cannot be read; see `cause` |
 * | `ERR_ATOMIC_NOT_A_FILE` | the file to replace is a FIFO, a socket or a device |
 * | `ERR_ATOMIC_NOT_ATOMIC` | the directory to delete cannot be renamed, so nothing was deleted; see `cause` |
 * | `ERR_ATOMIC_NOT_DURABLE` | the change is made, but a power failure may undo it; see `cause` |
 * | `ERR_ATOMIC_SWEEP` | some leftovers could not be removed; see `errors` |
 */
export class AtomicError extends Error {
  static {
    AtomicError.prototype.name = 'AtomicError';
  }
  /** What went wrong. */
  readonly code: AtomicErrorCode;
  /** The file or directory concerned, where there is one. */
  readonly path: string | undefined;
  /** The mount points at and below the path; empty but with `ERR_ATOMIC_MOUNTED`. */
  readonly mounts: readonly string[];
  /** Each failure; empty but with `ERR_ATOMIC_DELETE` and `ERR_ATOMIC_SWEEP`. */
  readonly errors: readonly unknown[];

  constructor(code: AtomicErrorCode, message: string, facts: AtomicErrorFacts & ErrorOptions = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.path = facts.path;
    this.mounts = facts.mounts ?? [];
    this.errors = facts.errors ?? [];
  }
}

/** What Node's system errors look like. In Jest and in `node:vm` they are no instances of the `Error` seen here. */
interface SystemError {
  message: string;
  code?: unknown;
  path?: unknown;
  dest?: unknown;
  syscall: unknown;
}

/** Whether `error` has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

/** The same system error, about `path`: what failed on a descriptor names no path, or one of our own. */
export function aboutPath(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error;
  const known = typeof error.path === 'string' ? error.path : undefined;
  const message = known ? error.message.replaceAll(known, path) : `${error.message} '${path}'`;
  return Object.assign(error, { message, path });
}

/**
 * The same system error, told of a path that the caller knows: `hidden` took its place for the time being. What failed
 * on a descriptor names no path at all.
 */
export function unhidden(error: unknown, hidden: string, path: string): unknown {
  if (!isSystemError(error)) return error;
  if (typeof error.path !== 'string') return aboutPath(error, path);
  const shown = (text: string) => text.replaceAll(hidden, path);
  const dest = typeof error.dest === 'string' ? { dest: shown(error.dest) } : {};
  return Object.assign(error, { message: shown(error.message), path: shown(error.path), ...dest });
}

/** An error of the system's own kind, for what is refused before the system is asked. */
export function systemError(code: string, errno: number, what: string, syscall: string, path: string): Error {
  const error = new Error(`${code}: ${what}, ${syscall} '${path}'`);
  return Object.assign(error, { errno, code, syscall, path });
}

/** A frozen one, which can only be somebody else's, stays as it is. */
function isSystemError(error: unknown): error is SystemError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'syscall' in error &&
    'message' in error &&
    typeof error.message === 'string' &&
    !Object.isFrozen(error)
  );
}
