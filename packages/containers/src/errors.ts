/** What went wrong, for programs to branch on. */
export type ContainerErrorCode =
  | 'ERR_CONTAINER_ARGUMENT'
  | 'ERR_CONTAINER_COMMAND'
  | 'ERR_CONTAINER_COPY'
  | 'ERR_CONTAINER_CREATE'
  | 'ERR_CONTAINER_EXISTS'
  | 'ERR_CONTAINER_IMAGE'
  | 'ERR_CONTAINER_INPUT'
  | 'ERR_CONTAINER_LOST'
  | 'ERR_CONTAINER_NOT_FOUND'
  | 'ERR_CONTAINER_PLATFORM'
  | 'ERR_CONTAINER_ROOTLESS'
  | 'ERR_CONTAINER_RUNTIME'
  | 'ERR_CONTAINER_STATE'
  | 'ERR_CONTAINER_USER';

/** What is known about a failure. */
export interface ContainerErrorFacts extends ErrorOptions {
  /** The container. */
  readonly id?: string;
  /** The option that cannot be used. */
  readonly option?: string;
  /** The file or directory. */
  readonly path?: string;
  /** What a shell would exit with: 127 for a command that is not there, 126 for one that cannot be run. */
  readonly exitCode?: number;
}

/** The errors that this package names itself. Check `code`; messages are for people and may change. */
export class ContainerError extends Error {
  static {
    ContainerError.prototype.name = 'ContainerError';
  }
  /** What happened, for programs. */
  readonly code: ContainerErrorCode;
  /** The container concerned. */
  readonly id: string | undefined;
  /** The option that cannot be used. */
  readonly option: string | undefined;
  /** The file or directory concerned. */
  readonly path: string | undefined;
  /** The exit code of a command that could not be run: 126 or 127. */
  readonly exitCode: number | undefined;

  constructor(code: ContainerErrorCode, message: string, facts: ContainerErrorFacts = {}) {
    super(message, facts);
    this.code = code;
    this.id = facts.id;
    this.option = facts.option;
    this.path = facts.path;
    this.exitCode = facts.exitCode;
  }
}

/** The `code` of an error of any package or realm; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
