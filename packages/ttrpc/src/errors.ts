import type { StatusName } from './status.ts';

/** What can go wrong with a call, in the terms a program branches on. */
export type TtrpcErrorCode =
  | 'ERR_TTRPC_STATUS'
  | 'ERR_TTRPC_CLOSED'
  | 'ERR_TTRPC_PROTOCOL'
  | 'ERR_TTRPC_TOO_LARGE'
  | 'ERR_TTRPC_UNREACHABLE'
  | 'ERR_TTRPC_LISTEN';

/**
 * Every failure this package can name. Compare `code`, and `status` where the code is `ERR_TTRPC_STATUS`;
 * messages are for people and may change.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_TTRPC_STATUS` | the server answered a status other than OK, or the deadline passed: `DEADLINE_EXCEEDED` |
 * | `ERR_TTRPC_CLOSED` | the connection ended before the answer came, or was closed before the call |
 * | `ERR_TTRPC_PROTOCOL` | the other side sent what is no ttrpc, and the connection is closed; or a response is not its message, and only its call fails |
 * | `ERR_TTRPC_TOO_LARGE` | a message is larger than 4 MiB; only its own call fails |
 * | `ERR_TTRPC_UNREACHABLE` | nobody listens at the address, or it cannot be reached |
 * | `ERR_TTRPC_LISTEN` | the server cannot listen at the address |
 */
export class TtrpcError extends Error {
  static {
    TtrpcError.prototype.name = 'TtrpcError';
  }
  /** What went wrong. */
  readonly code: TtrpcErrorCode;
  /** The gRPC status by name; only with `ERR_TTRPC_STATUS`. */
  readonly status: StatusName | undefined;

  /** An error; `options.status` is for the code `ERR_TTRPC_STATUS`, which `TtrpcError.status()` makes. */
  constructor(
    code: TtrpcErrorCode,
    message: string,
    options?: ErrorOptions & { readonly status?: StatusName },
  ) {
    super(message, options && 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = options?.status;
  }

  /** The error for a status; what a handler throws to answer with that status. */
  static status(status: StatusName, message: string, options?: ErrorOptions): TtrpcError {
    return new TtrpcError('ERR_TTRPC_STATUS', message, { ...options, status });
  }

  /**
   * `reason` as an error with a status: itself where it has one, else `UNKNOWN` with its message.
   * The reasons of aborted signals become `CANCELLED` and `DEADLINE_EXCEEDED`, and a message that was too
   * large becomes `RESOURCE_EXHAUSTED`.
   */
  static from(reason: unknown): TtrpcError {
    if (reason instanceof TtrpcError && reason.status !== undefined && reason.status !== 'OK') return reason;
    const message = reason instanceof Error ? reason.message : String(reason);
    return TtrpcError.status(statusOf(reason), message, { cause: reason });
  }
}

function statusOf(reason: unknown): StatusName {
  if (!(reason instanceof Error)) return 'UNKNOWN';
  if (reason instanceof TtrpcError && reason.code === 'ERR_TTRPC_TOO_LARGE') return 'RESOURCE_EXHAUSTED';
  if (reason.name === 'AbortError') return 'CANCELLED';
  if (reason.name === 'TimeoutError') return 'DEADLINE_EXCEEDED';
  return 'UNKNOWN';
}
