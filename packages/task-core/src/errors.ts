/** What can go wrong with a shim in this process, in the terms a program branches on. */
export type ShimServiceErrorCode = 'ERR_SHIM_SUBREAPER' | 'ERR_SHIM_STDIO' | 'ERR_SHIM_CONSOLE';

/**
 * Every failure this package can name beside `NativeError`. Compare `code`; messages are for people and may
 * change. What a call of the service refuses is a `TtrpcError` with the status that the stock shim answers.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_SHIM_SUBREAPER` | this process would not learn how a container ends; call `becomeSubreaper` first |
 * | `ERR_SHIM_STDIO` | a path for stdio is of an unknown kind, is missing, or is a logger that is not allowed |
 * | `ERR_SHIM_CONSOLE` | the OCI runtime handed no terminal over |
 */
export class ShimServiceError extends Error {
  static {
    ShimServiceError.prototype.name = 'ShimServiceError';
  }
  /** What went wrong. */
  readonly code: ShimServiceErrorCode;
  /** The path or address concerned, where there is one. */
  readonly path: string | undefined;

  constructor(
    code: ShimServiceErrorCode,
    message: string,
    facts: { readonly path?: string } & ErrorOptions = {},
  ) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.path = facts.path;
  }
}
