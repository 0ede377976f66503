/** The codes that a program can check. */
export type RecoverErrorCode = 'ERR_RECOVER_PROC' | 'ERR_RECOVER_FOREIGN';

/**
 * What keeps `recover` from its work. Compare `code`.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_RECOVER_PROC` | there is no `/proc` to tell who lives |
 * | `ERR_RECOVER_FOREIGN` | a directory is where a bundle, a work directory or the state of a container would be, and is certainly none: it is not touched |
 */
export class RecoverError extends Error {
  static {
    RecoverError.prototype.name = 'RecoverError';
  }
  /** What went wrong. */
  readonly code: RecoverErrorCode;

  constructor(code: RecoverErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nothing in place of what a missing directory would hold. */
export function noneIfMissing(error: unknown): [] {
  if (hasCode(error, 'ENOENT')) return [];
  throw error;
}

/** Whether `error` has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  // Not by `instanceof`: under Jest, what Node throws is not an `Error` of the realm that this code runs in.
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}
