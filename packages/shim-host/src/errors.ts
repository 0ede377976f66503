/** What a shim and its client can both fail with, in the terms a program branches on. */
export type ShimHostErrorCode =
  | 'ERR_SHIM_ADDRESS'
  | 'ERR_SHIM_ADDRESS_IN_USE'
  | 'ERR_SHIM_FILE'
  | 'ERR_SPOOL_INSECURE'
  | 'ERR_SPOOL_EVENT';

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_SHIM_ADDRESS` | nothing can listen there safely, or nobody trustworthy does |
 * | `ERR_SHIM_ADDRESS_IN_USE` | a live process answers at the address |
 * | `ERR_SHIM_FILE` | a file that a package brings along is not where the program is bundled to |
 * | `ERR_SPOOL_INSECURE` | others could write into the spool directory |
 * | `ERR_SPOOL_EVENT` | a file in the spool is no event; it was put aside |
 */
export class ShimHostError extends Error {
  static {
    ShimHostError.prototype.name = 'ShimHostError';
  }
  /** What went wrong. */
  readonly code: ShimHostErrorCode;
  /** The file, socket or directory concerned. */
  readonly path: string;

  constructor(code: ShimHostErrorCode, message: string, facts: { readonly path: string } & ErrorOptions) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.path = facts.path;
  }
}

/** Whether `error` is a system error with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  // Not by `instanceof`: under Jest, what Node throws is not an `Error` of the realm that this code runs in.
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}
