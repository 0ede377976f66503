/** What can go wrong, in the terms a program branches on. */
export type AtomicErrorCode =
  | 'ERR_ATOMIC_ARGUMENT'
  | 'ERR_ATOMIC_EXISTS'
  | 'ERR_ATOMIC_MOUNTED'
  | 'ERR_ATOMIC_SWEEP';

/** The facts of a failure, as far as they are known. */
export interface AtomicErrorFacts {
  /** The file or directory concerned. */
  readonly path?: string | undefined;
  /** The mount points at and below it. */
  readonly mounts?: readonly string[] | undefined;
  /** Each failure, where several things were attempted. */
  readonly errors?: readonly unknown[] | undefined;
}

/**
 * Every failure this package can name. Compare `code`; messages are for people and may change. Whatever
 * the file system itself refuses passes through as Node's system error, with its `code`, such as `ENOSPC`,
 * and the `path`.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_ATOMIC_ARGUMENT` | the path has no name at its end, or the data is neither text nor bytes |
 * | `ERR_ATOMIC_EXISTS` | there is something at the path of the directory to make |
 * | `ERR_ATOMIC_MOUNTED` | something is mounted at or below the path to delete; see `mounts` |
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
  /** Each failure; empty but with `ERR_ATOMIC_SWEEP`. */
  readonly errors: readonly unknown[];

  constructor(code: AtomicErrorCode, message: string, facts: AtomicErrorFacts & ErrorOptions = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.path = facts.path;
    this.mounts = facts.mounts ?? [];
    this.errors = facts.errors ?? [];
  }
}

/** Whether `error` is a system error with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** The same system error, about `path`: what failed on a descriptor names no path, or one of our own. */
export function aboutPath(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const known = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const message = known ? error.message.replace(known, path) : `${error.message} '${path}'`;
  return Object.assign(error, { message, path });
}

/**
 * The same system error, told of the path the caller knows: `hidden` took its place for the time being. What failed
 * on a descriptor names no path at all.
 */
export function unhidden(error: unknown, hidden: string, path: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  if (!('path' in error) || typeof error.path !== 'string') return aboutPath(error, path);
  const shown = (text: string) => text.replaceAll(hidden, path);
  const dest = 'dest' in error && typeof error.dest === 'string' ? { dest: shown(error.dest) } : {};
  return Object.assign(error, { message: shown(error.message), path: shown(error.path), ...dest });
}
