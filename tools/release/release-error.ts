/** Why a release did not happen, or not all of it. Compare `code`; the message says what to do next. */
export class ReleaseError extends Error {
  static {
    ReleaseError.prototype.name = 'ReleaseError';
  }
  readonly code:
    | 'ERR_RELEASE_DIRTY'
    | 'ERR_RELEASE_PENDING'
    | 'ERR_RELEASE_UNBUILT'
    | 'ERR_RELEASE_TAKEN'
    | 'ERR_RELEASE_TAGS'
    | 'ERR_RELEASE_ARGUMENT'
    | 'ERR_RELEASE_REGISTRY'
    | 'ERR_RELEASE_INCOMPLETE'
    | 'ERR_RELEASE_BASE';

  constructor(code: ReleaseError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
