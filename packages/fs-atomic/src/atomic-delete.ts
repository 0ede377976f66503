import { checked } from './arguments.ts';
import { AtomicError, hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import { hiddenName, hiddenNameWithin } from './hidden-name.ts';
import { inOrder, neverOvertaken, type Overtaken, overtake } from './in-order.ts';
import { using } from './in-use.ts';
import { mounted, mountSteps, refuseMounts } from './mounts.ts';
import { at, type Place, placeOf, releasing, releasingSync, type Target } from './place.ts';
import { removeTree } from './remove-tree.ts';
import { runPromise, runSync, type Steps } from './steps.ts';

/** How something is deleted. */
export interface AtomicDeleteSyncOptions {
  /**
   * What to do with a directory that cannot be renamed, so that it cannot be gone at once: one of a lower layer of
   * overlayfs (`EXDEV`), or any on a disk with no room for another name (`ENOSPC`). To fail deletes nothing; to remove
   * it bit by bit lets others find a part of it.
   *
   * @default 'fail'
   */
  readonly whenNotAtomic?: 'fail' | 'remove';
}

/** How the promise form deletes something. */
export interface AtomicDeleteOptions extends AtomicDeleteSyncOptions {
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
 * then nothing was touched. `ERR_ATOMIC_NOT_ATOMIC` where a directory cannot be renamed: then nothing was deleted.
 * `ERR_ATOMIC_ARGUMENT` for a path without a name, such as `/` or `..`.
 */
export async function atomicDelete(target: Target, options: AtomicDeleteOptions = {}): Promise<void> {
  const { signal } = checkedOptions(options);
  signal?.throwIfAborted();
  const place = placeOf(target);
  await releasing(place, () =>
    inOrder(place.key, signal, (overtaken) =>
      runPromise(at(place, deleteSteps(place, options, overtaken)), place.directory),
    ),
  );
}

/**
 * The same as `atomicDelete`, and all of it before it returns.
 *
 * @throws {AtomicError} as `atomicDelete` does.
 */
export function atomicDeleteSync(target: Target, options: AtomicDeleteSyncOptions = {}): void {
  checkedOptions(options);
  const place = placeOf(target);
  releasingSync(place, () => {
    runSync(at(place, deleteSteps(place, options, neverOvertaken)));
    overtake(place.key, 'delete');
  });
}

function checkedOptions(options: AtomicDeleteOptions): AtomicDeleteOptions {
  return checked(options, { whenNotAtomic: 'whenNotAtomic', signal: 'signal' });
}

function* deleteSteps(place: Place, options: AtomicDeleteOptions, overtaken: Overtaken): Steps<void> {
  const stats = yield* disk.lstat(place.path);
  if (!stats || overtaken()) return;
  try {
    if (!stats.isDirectory()) yield* refusing(place, disk.unlink(place.path));
    // Without directories of its own it may well be empty, and to remove such a one is atomic in itself.
    else if (stats.nlink > 2 || !(yield* refusing(place, isRemovedEmpty(place.path))))
      yield* deleteDirectory(place, options);
  } catch (error) {
    if (!isGone(error, place)) throw error; // else somebody was faster
  }
}

/** Whether it is the path itself that is not there any more, and not something that was needed to delete it. */
function isGone(error: unknown, { path }: Place): boolean {
  return hasCode(error, 'ENOENT') && (error as { readonly path?: unknown }).path === path;
}

/** Takes the path away, which the kernel refuses for a mount point: then it is all there. */
function* refusing<Result>(place: Place, removal: Steps<Result>): Steps<Result> {
  try {
    return yield* removal;
  } catch (error) {
    throw hasCode(error, 'EBUSY') ? mounted(place, yield* mountsOr(place), error) : error;
  }
}

/** The kernel's refusal is a fact even where this process cannot see the mount. */
function* mountsOr(place: Place): Steps<string[]> {
  const mounts = yield* mountSteps(place);
  return mounts.length > 0 ? mounts : [place.path];
}

/** Removes the directory if it is empty. */
function* isRemovedEmpty(target: string): Steps<boolean> {
  try {
    yield* disk.rmdir(target);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}

function* deleteDirectory(place: Place, { signal, whenNotAtomic }: AtomicDeleteOptions): Steps<void> {
  // Before anything is touched: what is refused must not be gone for others, not even for a moment.
  yield* refuseMounts(place);
  signal?.throwIfAborted();
  const names = [hiddenName(place.name, 'delete'), hiddenNameWithin(place.name, 'delete')];
  let hindrance: unknown;
  for (const name of names.filter((one) => one !== undefined)) {
    hindrance = yield* using(place, name, (hidden) => deleteHidden(place, hidden, signal));
    if (!hindrance) return;
  }
  if (whenNotAtomic === 'remove') yield* removeTree(place.path, signal);
  else throw notAtomic(place, hindrance);
}

/** @returns what keeps the directory from being renamed there; undefined when all is removed. */
function* deleteHidden(place: Place, hidden: string, signal: AbortSignal | undefined): Steps<unknown> {
  try {
    yield* refusing(place, disk.rename(place.path, hidden));
  } catch (error) {
    if (hasCode(error, 'EXDEV', 'ENOSPC', 'EDQUOT', 'ENAMETOOLONG')) return error;
    throw error;
  }
  // From here on it is sure to go, now or in a sweep: whatever is in the way is no refusal any more.
  yield* removeTree(hidden, signal);
  return undefined;
}

function notAtomic({ given }: Place, cause: unknown): AtomicError {
  return new AtomicError(
    'ERR_ATOMIC_NOT_ATOMIC',
    `${given} cannot be deleted at once, since it cannot be renamed; 'whenNotAtomic' says what to do then`,
    { path: given, cause },
  );
}
