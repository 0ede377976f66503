/** The codes that a program can check. */
export type ShimApiErrorCode = 'ERR_SHIM_API_INVALID' | 'ERR_SHIM_API_VALUE' | 'ERR_SHIM_API_TYPE';

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_SHIM_API_INVALID` | the bytes are no such message: cut short, or no protobuf or JSON at all |
 * | `ERR_SHIM_API_VALUE` | a value cannot be written as its field's type, such as -1 as an unsigned number |
 * | `ERR_SHIM_API_TYPE` | an `Any` holds a type that is not known here |
 */
export class ShimApiError extends Error {
  static {
    ShimApiError.prototype.name = 'ShimApiError';
  }
  /** What went wrong. */
  readonly code: ShimApiErrorCode;

  constructor(code: ShimApiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
