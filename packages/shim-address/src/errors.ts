/** The codes that a program can check. */
export type ShimAddressErrorCode =
  | 'ERR_ADDRESS_ARGUMENT'
  | 'ERR_ADDRESS_INVALID'
  | 'ERR_ADDRESS_TOO_LONG'
  | 'ERR_ADDRESS_UNREADABLE'
  | 'ERR_ADDRESS_NOT_A_SOCKET';

/** Details of an error, where they are known. */
export interface ShimAddressErrorFacts {
  /** The address concerned. */
  readonly address?: string | undefined;
  /** The file concerned. */
  readonly path?: string | undefined;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_ADDRESS_ARGUMENT` | an option is not what it must be: a bundle's path, a text that identifies the shim |
 * | `ERR_ADDRESS_INVALID` | not an address of a shim: empty, relative, of another scheme, or with control characters |
 * | `ERR_ADDRESS_TOO_LONG` | its path has more than 106 bytes and fits into no socket's name |
 * | `ERR_ADDRESS_UNREADABLE` | the file `address` of a bundle is there, but it is no readable file of at most 4096 bytes |
 * | `ERR_ADDRESS_NOT_A_SOCKET` | something else than a socket has the path of the socket to remove |
 */
export class ShimAddressError extends Error {
  static {
    ShimAddressError.prototype.name = 'ShimAddressError';
  }
  /** What went wrong. */
  readonly code: ShimAddressErrorCode;
  /** The address concerned; undefined where only the file is known. */
  readonly address: string | undefined;
  /** The file concerned; undefined where an address was given, and not read. */
  readonly path: string | undefined;

  constructor(code: ShimAddressErrorCode, message: string, facts: ShimAddressErrorFacts & ErrorOptions = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.address = facts.address;
    this.path = facts.path;
  }
}

/** Whether `error` has one of these codes; it may be of another realm, and so no instance of our `Error`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && codes.includes(error.code as string)
  );
}
