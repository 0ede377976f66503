import path from 'node:path';
import { AtomicError, aboutPath } from './errors.ts';
import { readText, realpath } from './file-system.ts';
import { runPromise, runSync, type Steps } from './steps.ts';

/**
 * The mount points at a path and below it, each by its absolute path without links: what stands against its deletion.
 * They are those of this process's mount namespace; elsewhere than on Linux none are found.
 */
export async function mountsWithin(target: string): Promise<string[]> {
  return runPromise(mountSteps(target));
}

/** The same as `mountsWithin`, before it returns. */
export function mountsWithinSync(target: string): string[] {
  return runSync(mountSteps(target));
}

/**
 * The mount points at `target` and below it, in this process's mount namespace. Only Linux can mount a
 * directory of a file system into the same one; elsewhere the device number tells, see `removeTree`.
 */
export function* mountSteps(target: string): Steps<string[]> {
  if (process.platform !== 'linux') return [];
  const parent = yield* realpath(path.dirname(path.resolve(target)));
  return mountsListed(yield* readMounts(target), path.join(parent, path.basename(target)));
}

function* readMounts(target: string): Steps<string> {
  try {
    return yield* readText('/proc/self/mountinfo');
  } catch (error) {
    throw aboutPath(error, target);
  }
}

/** The mount points of a mountinfo file that are `directory` or below it; see proc(5). */
function mountsListed(mountinfo: string, directory: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => unescaped(line.split(' ', 5)[4] ?? ''))
    .filter((mount) => mount === directory || mount.startsWith(`${directory}/`));
}

/** @throws {AtomicError} `ERR_ATOMIC_MOUNTED` when something is mounted at `target` or below it. */
export function* refuseMounts(target: string): Steps<void> {
  const mounts = yield* mountSteps(target);
  if (mounts.length > 0) throw mounted(target, mounts);
}

export function mounted(target: string, mounts: readonly string[], cause?: unknown): AtomicError {
  const facts = { path: target, mounts };
  return new AtomicError(
    'ERR_ATOMIC_MOUNTED',
    `${target} is not deleted, because of what is mounted there; unmount ${mounts.join(', ')} first`,
    cause === undefined ? facts : { ...facts, cause },
  );
}

/** The kernel writes blanks, tabs, line feeds and backslashes as octal numbers, byte by byte. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
