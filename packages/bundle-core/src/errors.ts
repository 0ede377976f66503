/** The codes that a program can check. */
export type BundleErrorCode =
  | 'ERR_BUNDLE_ARGUMENT'
  | 'ERR_BUNDLE_ID'
  | 'ERR_BUNDLE_NAMESPACE'
  | 'ERR_BUNDLE_PATH'
  | 'ERR_BUNDLE_SPEC'
  | 'ERR_BUNDLE_ROOTLESS'
  | 'ERR_BUNDLE_EXISTS'
  | 'ERR_BUNDLE_BUSY'
  | 'ERR_BUNDLE_DELETE';

/** Details of an error, where they are known. */
export interface BundleErrorFacts {
  /** The file or directory concerned. */
  readonly path?: string | undefined;
  /** The part of the spec, or the option, concerned, such as `process.args` or `user.uid`. */
  readonly field?: string | undefined;
  /** The mount points below the bundle or its work directory. */
  readonly mounts?: readonly string[] | undefined;
  /** Each failure, where several things were attempted. */
  readonly errors?: readonly unknown[] | undefined;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change. Failures of
 * the file system that have no name here pass through as Node's system errors.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_BUNDLE_ARGUMENT` | an option, see `field`, is not what it must be: a mode, a signal, the options themselves |
 * | `ERR_BUNDLE_ID` | the id breaks containerd's rules, see `validateIdentifier` |
 * | `ERR_BUNDLE_NAMESPACE` | the namespace breaks containerd's rules, see `validateNamespace` |
 * | `ERR_BUNDLE_PATH` | a directory for bundles is no usable path |
 * | `ERR_BUNDLE_SPEC` | the spec is not JSON, or a part of it, see `field`, cannot work |
 * | `ERR_BUNDLE_ROOTLESS` | only root could do that, or somebody whom root has given more; the message says what to do |
 * | `ERR_BUNDLE_EXISTS` | there is a bundle of that id already; see `path` |
 * | `ERR_BUNDLE_BUSY` | something is mounted below the bundle or its work directory; see `mounts` |
 * | `ERR_BUNDLE_DELETE` | neither of a bundle's directories could be deleted; see `errors` |
 */
export class BundleError extends Error {
  static {
    BundleError.prototype.name = 'BundleError';
  }
  /** What went wrong. */
  readonly code: BundleErrorCode;
  /** The file or directory concerned, where there is one. */
  readonly path: string | undefined;
  /** The part of the spec, or the option, concerned; only with `ERR_BUNDLE_SPEC` and `ERR_BUNDLE_ARGUMENT`. */
  readonly field: string | undefined;
  /** The mount points below the bundle; empty but with `ERR_BUNDLE_BUSY`. */
  readonly mounts: readonly string[];
  /** Each failure, in the order of the attempts; empty but with `ERR_BUNDLE_DELETE`. */
  readonly errors: readonly unknown[];

  constructor(code: BundleErrorCode, message: string, facts: BundleErrorFacts & ErrorOptions = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.path = facts.path;
    this.field = facts.field;
    this.mounts = facts.mounts ?? [];
    this.errors = facts.errors ?? [];
  }
}

/** Whether `error` has one of these codes; it may be of another realm, and so no instance of our `Error`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && codes.includes(error.code as string)
  );
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
