/** What keeps `recover` from working at all. Compare `code`: `ERR_RECOVER_PROC`, there is no `/proc` to tell who lives. */
export class RecoverError extends Error {
  static {
    RecoverError.prototype.name = 'RecoverError';
  }
  /** What went wrong. */
  readonly code = 'ERR_RECOVER_PROC';
}

/** Whether `error` has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
