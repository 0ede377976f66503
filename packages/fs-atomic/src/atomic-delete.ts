import type { Dirent } from 'node:fs';
import path from 'node:path';
import { aboutPath, hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import { hiddenSibling, namedPath } from './hidden-name.ts';
import { using } from './in-use.ts';
import { mounted, mountSteps, refuseMounts } from './mounts.ts';
import { removeTree } from './remove-tree.ts';
import { runPromise, runSync, type Steps } from './steps.ts';

/** What the promise form of a deletion can be given. */
export interface AtomicDeleteOptions {
  /** Until the path is gone, an abort changes nothing; afterwards it leaves the rest to `sweep`. */
  readonly signal?: AbortSignal;
}

/**
 * Deletes a file or a directory with all it holds: to everybody else it is there whole or not at all. A
 * directory is first renamed to a hidden sibling, `.NAME…`, which `sweep` removes should this process be
 * killed. A missing path is no error, a link is deleted and never followed.
 *
 * The directory that holds `target` must belong to somebody trusted; the tree below may be anybody's.
 *
 * @throws {AtomicError} `ERR_ATOMIC_MOUNTED`, naming the mounts, while something is mounted there or below:
 * then nothing was deleted. `ERR_ATOMIC_ARGUMENT` for a path without a name, such as `/` or `..`.
 */
export async function atomicDelete(target: string, options: AtomicDeleteOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  return runPromise(deleteSteps(target, options.signal));
}

/**
 * The same as `atomicDelete`, and all of it before it returns.
 *
 * @throws {AtomicError} `ERR_ATOMIC_MOUNTED`, naming the mounts, while something is mounted there or below:
 * then nothing was deleted. `ERR_ATOMIC_ARGUMENT` for a path without a name, such as `/` or `..`.
 */
export function atomicDeleteSync(target: string): void {
  runSync(deleteSteps(target));
}

function* deleteSteps(given: string, signal?: AbortSignal): Steps<void> {
  const target = namedPath(given);
  const stats = yield* disk.lstat(target);
  if (!stats) return;
  try {
    if (!stats.isDirectory()) yield* refusing(target, disk.unlink(target));
    // Without directories of its own it may well be empty, and to remove such a one is atomic in itself.
    else if (stats.nlink !== 2 || !(yield* refusing(target, isRemovedEmpty(target))))
      yield* deleteDirectory(target, signal);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error; // else somebody was faster
  }
}

/** Takes the path away, which the kernel refuses for a mount point: then it is all there. */
function* refusing<Result>(target: string, removal: Steps<Result>): Steps<Result> {
  try {
    return yield* removal;
  } catch (error) {
    throw hasCode(error, 'EBUSY') ? mounted(target, yield* mountsOr(target), error) : error;
  }
}

function* deleteDirectory(target: string, signal: AbortSignal | undefined): Steps<void> {
  const entries = yield* disk.listEntries(target);
  const shallow = yield* isShallow(target, entries);
  if (!shallow) yield* refuseMounts(target);
  signal?.throwIfAborted();
  const hidden = hiddenSibling(target, 'delete');
  yield* using(hidden, target, deleteHidden(target, hidden, shallow ? entries : undefined));
}

/** Removes the directory if it is empty. */
function* isRemovedEmpty(target: string): Steps<boolean> {
  try {
    yield* disk.rmdir(target);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false; // filled just now
    throw error;
  }
}

/** Whether a few renames can tell if something is mounted, which is cheaper than the list of all mounts. */
function* isShallow(target: string, entries: readonly Dirent[]): Steps<boolean> {
  const directories = entries.filter((entry) => entry.isDirectory());
  if (entries.length > 8 || directories.length > 1) return false;
  if (entries.some(({ name }) => name.includes('\uFFFD') || name.startsWith(PROBE))) return false;
  const [directory] = directories;
  return !directory || (yield* disk.listNames(path.join(target, directory.name))).length === 0;
}

function* deleteHidden(target: string, hidden: string, shallow: readonly Dirent[] | undefined): Steps<void> {
  yield* refusing(target, disk.rename(target, hidden));
  let probes: readonly string[] = [];
  try {
    if (shallow) probes = yield* clearMountable(hidden, shallow);
    else yield* refuseMounts(hidden); // one that came between the first look and the rename
  } catch (error) {
    const mounts = hasCode(error, 'EBUSY') ? yield* mountsOr(hidden) : undefined;
    yield* disk.rename(hidden, target);
    throw mounts
      ? mounted(
          target,
          mounts.map((mount) => mount.replace(hidden, target)),
          error,
        )
      : error;
  }
  // From here on it is sure to go, now or in a sweep: whatever is in the way is no refusal any more.
  for (const probe of probes) yield* removeProbe(probe, target);
  if (!shallow || !(yield* isRemovedEmpty(hidden))) yield* removeTree(hidden);
}

function* removeProbe(probe: string, target: string): Steps<void> {
  try {
    yield* disk.unlink(probe);
  } catch (error) {
    throw aboutPath(error, target);
  }
}

const PROBE = '.probe~';

/**
 * Makes sure that nothing is mounted on what the directory holds: neither a rename nor an rmdir works on a mount
 * point. So the files get other names, and the directory goes; or else all is as it was.
 *
 * @returns the files that are left, by their new names.
 */
function* clearMountable(hidden: string, entries: readonly Dirent[]): Steps<string[]> {
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => path.join(hidden, name));
  const directory = entries.find((entry) => entry.isDirectory());
  const probes: string[] = [];
  try {
    for (const file of files) {
      const probe = path.join(hidden, PROBE + probes.length);
      yield* disk.rename(file, probe);
      probes.push(probe);
    }
    if (directory) yield* disk.rmdir(path.join(hidden, directory.name));
    return probes;
  } catch (error) {
    const refusal = yield* refusalFor(error, hidden);
    if (!refusal) return probes;
    for (const [index, probe] of probes.entries()) yield* disk.rename(probe, String(files[index]));
    throw refusal;
  }
}

/** What stands against the deletion; undefined when the entries merely changed since they were listed. */
function* refusalFor(error: unknown, hidden: string): Steps<unknown> {
  if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST')) return error;
  try {
    yield* refuseMounts(hidden);
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}

/** The kernel's refusal is a fact even where this process cannot see the mount. */
function* mountsOr(target: string): Steps<string[]> {
  const mounts = yield* mountSteps(target);
  return mounts.length > 0 ? mounts : [target];
}
