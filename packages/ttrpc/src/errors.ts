import { isStatusName, type StatusName } from './status.ts';

/** The codes that a program can check. */
export type TtrpcErrorCode =
  | 'ERR_TTRPC_STATUS'
  | 'ERR_TTRPC_CLOSED'
  | 'ERR_TTRPC_PROTOCOL'
  | 'ERR_TTRPC_TOO_LARGE'
  | 'ERR_TTRPC_QUEUE_FULL'
  | 'ERR_TTRPC_EXHAUSTED'
  | 'ERR_TTRPC_UNREACHABLE'
  | 'ERR_TTRPC_LISTEN'
  | 'ERR_TTRPC_ARGUMENT';

/** Further facts about a status: a serialized message and its type, as a `google.protobuf.Any` has them. */
export interface StatusDetail {
  /** For example `type.googleapis.com/google.rpc.RetryInfo`. */
  readonly typeUrl: string;
  /** The serialized message. */
  readonly value: Uint8Array;
}

/** What an error can be given. */
export interface TtrpcErrorOptions extends ErrorOptions {
  /** The gRPC status by name, for the code `ERR_TTRPC_STATUS`. A name that gRPC does not define is `UNKNOWN`. */
  readonly status?: StatusName;
  /** Sent with the status. More than 1 MiB of them are left out. @default none */
  readonly details?: readonly StatusDetail[];
}

/**
 * The errors that this package names itself. Check `code`, and `status` where the code is `ERR_TTRPC_STATUS`;
 * messages are for people and may change.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_TTRPC_STATUS` | the server answered a status other than OK, or the deadline passed: `DEADLINE_EXCEEDED` |
 * | `ERR_TTRPC_CLOSED` | the connection ended before the answer came, or was closed before the call |
 * | `ERR_TTRPC_PROTOCOL` | the other side sent what is no ttrpc, and the connection is closed; or a response is not its message, and only its call fails |
 * | `ERR_TTRPC_TOO_LARGE` | a message is larger than 4 MiB; only its own call fails |
 * | `ERR_TTRPC_QUEUE_FULL` | the server reads too slowly: the call was not sent |
 * | `ERR_TTRPC_EXHAUSTED` | the connection has used all its stream ids: the call was not sent, and another connection is needed |
 * | `ERR_TTRPC_UNREACHABLE` | nobody listens at the address, or it cannot be reached |
 * | `ERR_TTRPC_LISTEN` | the server cannot listen at the address, or is closed |
 * | `ERR_TTRPC_ARGUMENT` | an option or argument is not what it has to be; nothing was done |
 */
export class TtrpcError extends Error {
  static {
    TtrpcError.prototype.name = 'TtrpcError';
  }
  /** What went wrong. */
  readonly code: TtrpcErrorCode;
  /** The gRPC status by name; only with `ERR_TTRPC_STATUS`. */
  readonly status: StatusName | undefined;
  /** What came, or is sent, with the status. */
  readonly details: readonly StatusDetail[];

  /** An error; `TtrpcError.status()` makes those with the code `ERR_TTRPC_STATUS`. */
  constructor(code: TtrpcErrorCode, message: string, options: TtrpcErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = knownStatus(options.status);
    this.details = options.details ?? NO_DETAILS;
  }

  /** The error for a status; what a handler throws to answer with that status. */
  static status(
    status: StatusName,
    message: string,
    options?: Omit<TtrpcErrorOptions, 'status'>,
  ): TtrpcError {
    // What a program without types leaves out is as good as a name that nobody knows.
    return new TtrpcError('ERR_TTRPC_STATUS', message, { ...options, status: status ?? 'UNKNOWN' });
  }

  /**
   * `reason` as an error with a status: itself where it has one, else `UNKNOWN` with its message. An error of
   * another copy of this package keeps its status, message and details.
   * The reasons of aborted signals become `CANCELLED` and `DEADLINE_EXCEEDED`, and a message that was too
   * large becomes `RESOURCE_EXHAUSTED`.
   */
  static from(reason: unknown): TtrpcError {
    if (isOfThisCopy(reason) && hasStatus(reason)) return reason;
    const { name, code, status, details = NO_DETAILS } = factsOf(reason);
    const message = messageOf(reason);
    if (hasStatus(reason))
      return TtrpcError.status(status as StatusName, message, { cause: reason, details });
    return TtrpcError.status(statusOf(name, code), message, { cause: reason });
  }
}

function isOfThisCopy(reason: unknown): reason is TtrpcError {
  try {
    return reason instanceof TtrpcError;
  } catch {
    return false; // a proxy may have no prototype to tell
  }
}

const NO_DETAILS: readonly StatusDetail[] = Object.freeze([]);

/** What an error says of itself, whatever copy of whatever class it is of; all undefined of what is no error. */
export interface ErrorFacts {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly details?: readonly StatusDetail[];
}

/** Whether it says with what status a call is to be answered. */
export function hasStatus(reason: unknown): boolean {
  const { code, status } = factsOf(reason);
  return code === 'ERR_TTRPC_STATUS' && isStatusName(status) && status !== 'OK';
}

/** What there is to read of an error; never throws. */
export function factsOf(reason: unknown): ErrorFacts {
  if (typeof reason !== 'object' || reason === null) return {};
  try {
    const { name, code, status, details } = reason as ErrorFacts;
    return { name, code, status, ...(Array.isArray(details) ? { details } : {}) };
  } catch {
    return {}; // a getter, or a proxy, may throw
  }
}

function statusOf(name: unknown, code: unknown): StatusName {
  if (code === 'ERR_TTRPC_TOO_LARGE') return 'RESOURCE_EXHAUSTED';
  if (name === 'AbortError') return 'CANCELLED';
  if (name === 'TimeoutError') return 'DEADLINE_EXCEEDED';
  return 'UNKNOWN';
}

function knownStatus(status: unknown): StatusName | undefined {
  if (status === undefined) return undefined;
  return isStatusName(status) ? status : 'UNKNOWN';
}

/** The message of an error, or what was thrown as text; never throws, as `String` does for some objects. */
export function messageOf(reason: unknown): string {
  try {
    const { message } = Object(reason) as { readonly message?: unknown };
    return typeof message === 'string' ? message : String(reason);
  } catch {
    return 'something was thrown that cannot be shown as text';
  }
}
