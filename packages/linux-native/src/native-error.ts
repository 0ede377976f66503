/** What can go wrong before, or instead of, a system call, in the terms a program branches on. */
export type NativeErrorCode =
  | 'ERR_NATIVE_ARGUMENT'
  | 'ERR_NATIVE_DESCRIPTOR'
  | 'ERR_NATIVE_LIBRARY'
  | 'ERR_NATIVE_MOUNT_TOO_LONG'
  | 'ERR_NATIVE_MOUNT_UNSUPPORTED'
  | 'ERR_NATIVE_NO_PEER'
  | 'ERR_NATIVE_PLATFORM';

/**
 * A failure that did not come from the kernel. When the kernel refuses a call, you get a system error as Node throws it,
 * with `code` (such as `EPERM`), a negative `errno`, `syscall` and, if there is one, `path`.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_NATIVE_ARGUMENT` | an argument no system call can take; none was made |
 * | `ERR_NATIVE_DESCRIPTOR` | the message brought no descriptor, several, or was cut off; none is left open |
 * | `ERR_NATIVE_LIBRARY` | koffi, which makes the calls, cannot be loaded; see the `cause` |
 * | `ERR_NATIVE_MOUNT_TOO_LONG` | the options of a mount do not fit into the page the kernel reads |
 * | `ERR_NATIVE_MOUNT_UNSUPPORTED` | a loop device or a FUSE helper would be needed |
 * | `ERR_NATIVE_NO_PEER` | the socket has no peer whose credentials the kernel knows |
 * | `ERR_NATIVE_PLATFORM` | this is not Linux 5.3 or later on x64 or arm64, or its C library is too old |
 */
export class NativeError extends Error {
  static {
    NativeError.prototype.name = 'NativeError';
  }
  /** What went wrong. */
  readonly code: NativeErrorCode;

  constructor(code: NativeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
