/** The codes that a program can check. */
export type ImageErrorCode =
  | 'ERR_IMAGE_ARGUMENT'
  | 'ERR_IMAGE_BUSY'
  | 'ERR_IMAGE_CONFIG'
  | 'ERR_IMAGE_DAMAGED'
  | 'ERR_IMAGE_DENIED'
  | 'ERR_IMAGE_EXISTS'
  | 'ERR_IMAGE_NOT_FOUND'
  | 'ERR_IMAGE_NO_SPACE'
  | 'ERR_IMAGE_PERMISSION'
  | 'ERR_IMAGE_PLATFORM'
  | 'ERR_IMAGE_REGISTRY'
  | 'ERR_IMAGE_ROOT_NOT_FOUND'
  | 'ERR_IMAGE_STORE'
  | 'ERR_IMAGE_TIMEOUT'
  | 'ERR_IMAGE_TOO_MANY_REQUESTS'
  | 'ERR_IMAGE_TOOL_FAILED'
  | 'ERR_IMAGE_TOOL_MISSING'
  | 'ERR_IMAGE_TOOL_VERSION'
  | 'ERR_IMAGE_UNKNOWN'
  | 'ERR_IMAGE_UNSUPPORTED'
  | 'ERR_IMAGE_USER';

/** Details of an error, where they are known. */
export interface ImageErrorFacts {
  /** The image concerned, as it was given or as the store names it. */
  readonly image?: string | undefined;
  /** The file or directory concerned. */
  readonly path?: string | undefined;
  /** The tool that failed, such as `skopeo`. */
  readonly tool?: string | undefined;
  /** The status the tool exited with. */
  readonly exitCode?: number | undefined;
  /** What the tool wrote to its stderr, its last 64 KiB. */
  readonly stderr?: string | undefined;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change. Where a tool failed, the
 * message holds its own words. An aborted call rejects with the signal's reason instead.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_IMAGE_ARGUMENT` | an argument or option is not of its kind; nothing was started |
 * | `ERR_IMAGE_BUSY` | the root of a container is in use, so that it cannot be unmounted or removed |
 * | `ERR_IMAGE_CONFIG` | the manifest or config of the image says something that no container can have |
 * | `ERR_IMAGE_DAMAGED` | a layer is missing, or is not what its digest says |
 * | `ERR_IMAGE_DENIED` | the registry wants credentials, or others |
 * | `ERR_IMAGE_EXISTS` | there is a root of that id already |
 * | `ERR_IMAGE_NOT_FOUND` | the registry, or the archive, does not have that image |
 * | `ERR_IMAGE_NO_SPACE` | the disk is full |
 * | `ERR_IMAGE_PERMISSION` | this user may not do that |
 * | `ERR_IMAGE_PLATFORM` | the image is there, but not for that platform |
 * | `ERR_IMAGE_REGISTRY` | the registry cannot be reached, failed, or broke off; trying again may help |
 * | `ERR_IMAGE_ROOT_NOT_FOUND` | there is no root of that id |
 * | `ERR_IMAGE_STORE` | the store's own files cannot be understood |
 * | `ERR_IMAGE_TIMEOUT` | a tool did not end in time, or nothing arrived for too long |
 * | `ERR_IMAGE_TOO_MANY_REQUESTS` | the registry limits how often it is asked; try again later |
 * | `ERR_IMAGE_TOOL_FAILED` | a tool failed in another way |
 * | `ERR_IMAGE_TOOL_MISSING` | a tool is not installed; the message has the command that installs it |
 * | `ERR_IMAGE_TOOL_VERSION` | a tool is of a version that does not have what is needed |
 * | `ERR_IMAGE_UNKNOWN` | the store has no image of that name; `pull` it |
 * | `ERR_IMAGE_UNSUPPORTED` | this machine does not have what was asked for, such as overlayfs |
 * | `ERR_IMAGE_USER` | the image has no user or group of that name |
 */
export class ImageError extends Error {
  static {
    ImageError.prototype.name = 'ImageError';
  }
  /** What went wrong. */
  readonly code: ImageErrorCode;
  /** The image concerned; undefined where it is none. */
  readonly image: string | undefined;
  /** The file or directory concerned; undefined where it is none. */
  readonly path: string | undefined;
  /** The tool that failed; undefined where none did. */
  readonly tool: string | undefined;
  /** The status the tool exited with; undefined where it did not run, or a signal ended it. */
  readonly exitCode: number | undefined;
  /** What the tool wrote to its stderr, its last 64 KiB; empty where there was none. */
  readonly stderr: string;

  constructor(code: ImageErrorCode, message: string, facts: ImageErrorFacts & ErrorOptions = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.image = facts.image;
    this.path = facts.path;
    this.tool = facts.tool;
    this.exitCode = facts.exitCode;
    this.stderr = facts.stderr ?? '';
  }
}

/** An `ERR_IMAGE_ARGUMENT`. */
export function badArgument(message: string): ImageError {
  return new ImageError('ERR_IMAGE_ARGUMENT', message);
}

/** Whether `error` has one of these codes, of whatever realm it is. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

/** What an error of any realm says. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
