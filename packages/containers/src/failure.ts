import { ContainerError, codeOf, messageOf } from './errors.ts';
import { isRoot } from './place.ts';

// How runc and crun say that a command is not there, or cannot be run.
const NOT_FOUND = [
  /executable file (?:.* )?not found/i,
  /exec: "[^"]*": (?:stat \S+: )?no such file or directory/,
  /^(?:.*: )?(?:exec|open executable|cannot find) .*no such file or directory$/i,
];
const NOT_RUNNABLE = [
  /exec: "[^"]*": .*(?:permission denied|is a directory)/,
  /exec format error/i,
  /(?:open executable|exec .*): (?:permission denied|is a directory|operation not permitted)/i,
];

// How shims and runtimes say that a process is not in a state for that.
const WRONG_STATE =
  /in (?:an? \w+|the \S+) state|is not running|container not running|cannot (?:start|exec) .*(?:running|stopped)/i;

// How runc and crun say that there is no cgroup to set limits in.
const NO_CGROUP =
  /could not join or create cgroup|cannot set limits without cgroups|cgroup.*permission denied/i;

/**
 * What a failure to make or start a process is, in our words: whether the command or the runtime is missing. Our own errors, and those
 * of an abort, are passed on as they are.
 */
export function failureOf(error: unknown, id: string): unknown {
  if (error instanceof ContainerError || isAbort(error)) return error;
  const message = messageOf(error);
  if (NOT_FOUND.some((words) => words.test(message))) {
    return new ContainerError('ERR_CONTAINER_COMMAND', message, { id, exitCode: 127, cause: error });
  }
  if (NOT_RUNNABLE.some((words) => words.test(message))) {
    return new ContainerError('ERR_CONTAINER_COMMAND', message, { id, exitCode: 126, cause: error });
  }
  if (isRuntimeMissing(error)) {
    const hint = 'On Debian: apt-get install runc';
    return new ContainerError('ERR_CONTAINER_RUNTIME', `${message}. ${hint}`, { id, cause: error });
  }
  if (WRONG_STATE.test(message))
    return new ContainerError('ERR_CONTAINER_STATE', message, { id, cause: error });
  if (!isRoot() && NO_CGROUP.test(message)) {
    const hint =
      'limits take a cgroup that this user may write: start this program by `systemd-run --user --scope -p Delegate=yes`, leave them out, or run as root';
    return new ContainerError('ERR_CONTAINER_ROOTLESS', `${message}. ${hint}`, { id, cause: error });
  }
  const code = codeOf(error);
  if (code === 'ERR_BUNDLE_EXISTS') {
    return new ContainerError('ERR_CONTAINER_EXISTS', `there is a container ${id} already`, {
      id,
      cause: error,
    });
  }
  if (code === 'ERR_BUNDLE_SPEC' || code === 'ERR_BUNDLE_ARGUMENT') {
    return new ContainerError('ERR_CONTAINER_ARGUMENT', message, { id, cause: error });
  }
  if (code === 'ERR_NATIVE_PLATFORM' || code === 'ERR_NATIVE_LIBRARY') {
    return new ContainerError('ERR_CONTAINER_PLATFORM', message, { id, cause: error });
  }
  if (code?.startsWith('ERR_BUNDLE_') || code?.startsWith('ERR_IMAGE')) return error;
  return new ContainerError('ERR_CONTAINER_CREATE', message, { id, cause: error });
}

/** Only a message comes over the wire: that of `@shimwright/oci-runtime`, or Go's words, which shims say. */
const RUNTIME_MISSING =
  /there is no OCI runtime on the PATH|OCI runtime \S+ (?:does not exist|is not on the PATH|is not executable|is no file)|runc is not installed|fork\/exec \S+: (?:no such file or directory|permission denied)/;

function isRuntimeMissing(error: unknown): boolean {
  for (
    let cause = error;
    typeof cause === 'object' && cause !== null;
    cause = 'cause' in cause ? cause.cause : undefined
  ) {
    if (codeOf(cause) === 'ERR_RUNTIME_NOT_FOUND') return true;
  }
  return RUNTIME_MISSING.test(messageOf(error));
}

function isAbort(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'name' in error &&
    (error.name === 'AbortError' || error.name === 'TimeoutError')
  );
}
