import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** The paths a system call was about, as Node's own errors name them. */
export interface SystemErrorPaths {
  /** The first path, or the only one. */
  readonly path?: string | undefined;
  /** The second path, such as a mount's target. */
  readonly dest?: string | undefined;
}

/**
 * Creates an error in the shape of Node's own system errors: `code`, a negative `errno`, `syscall`, `path` and `dest`, and
 * a message such as `EPERM: operation not permitted, mount 'a' -> 'b'`.
 *
 * @param errno the positive number from errno(3).
 */
export function systemError(
  errno: number,
  syscall: string,
  paths: SystemErrorPaths = {},
): NodeJS.ErrnoException {
  const [code, words] = getSystemErrorMap().get(-errno) ?? unknownToNode(errno);
  const about = [paths.path, paths.dest].filter((path) => path !== undefined).map((path) => `'${path}'`);
  const call = about.length === 0 ? syscall : `${syscall} ${about.join(' -> ')}`;
  return Object.assign(new Error(`${code}: ${words}, ${call}`), { errno: -errno, code, syscall, ...paths });
}

/** Whether `error` is a system error with one of these codes. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  // Not by `instanceof`: under Jest, what Node throws is not an `Error` of the realm that this code runs in.
  if (typeof error !== 'object' || error === null || !('syscall' in error && 'code' in error)) return false;
  return codes.includes(String(error.code));
}

const SHORTAGES = ['EAGAIN', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'ENOSPC', 'ETOOMANYREFS'];

/**
 * Whether something failed because a resource has run out, and may succeed when it is tried again later: processes, descriptors, memory
 * or space on a disk. The causes of an error count, too.
 */
export function isShortage(error: unknown): boolean {
  for (let each = error; typeof each === 'object' && each !== null; each = (each as Error).cause) {
    if (isSystemError(each, ...SHORTAGES)) return true;
  }
  return false;
}

// libuv has words for the errors it meets; waitpid(2), for one, has others.
function unknownToNode(errno: number): readonly [code: string, words: string] {
  if (errno === constants.errno.ECHILD) return ['ECHILD', 'no such child process'];
  const known = Object.entries(constants.errno).find(([, value]) => value === errno);
  return [known?.[0] ?? `E${errno}`, `error ${errno} of the system`];
}
