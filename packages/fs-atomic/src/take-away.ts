import type { Stats } from 'node:fs';
import { AtomicError, hasCode, unhidden } from './errors.ts';
import * as disk from './file-system.ts';
import { hiddenName, hiddenNameWithin } from './hidden-name.ts';
import type { Overtaken } from './in-order.ts';
import { hide, show } from './in-use.ts';
import { mounted, mountSteps, refuseMounts } from './mounts.ts';
import { type Place, within } from './place.ts';
import type { Steps } from './steps.ts';
import { removeTree } from './tree/remove-tree.ts';

/** What was taken away under another name, and is still to be removed. */
export interface Remains {
  readonly path: string;
  /** Undefined where it has kept its name. */
  readonly hidden: string | undefined;
}

/** How to take something away. */
interface Taking {
  readonly whenNotAtomic?: 'fail' | 'remove';
  readonly signal?: AbortSignal;
}

/**
 * Takes a file or a directory away: from here on nobody finds it.
 *
 * @param found what was there a moment ago.
 * @param isLookedAt whether it is known already that nothing is mounted there.
 * @returns what is left to be removed.
 */
export function* takeAway(
  place: Place,
  found: PromiseSettledResult<Stats | undefined>,
  isLookedAt: boolean,
  options: Taking,
  overtaken: Overtaken,
): Steps<Remains | undefined> {
  if (found.status === 'rejected') throw found.reason;
  const stats = found.value;
  if (!stats || overtaken()) return undefined;
  try {
    if (!stats.isDirectory()) {
      yield* refusing(place, disk.unlink(place.path));
      return undefined;
    }
    // Without directories of its own it may well be empty, and to remove such a one is atomic in itself.
    if (stats.nlink <= 2 && (yield* refusing(place, isRemovedEmpty(place.path)))) return undefined;
    // Before anything is touched: what is refused must not be gone for others, not even for a moment.
    if (!isLookedAt) {
      yield* refuseMounts([place]);
      options.signal?.throwIfAborted();
    }
    return yield* renamed(place, options);
  } catch (error) {
    if (isGone(error, place)) return undefined; // somebody was faster
    throw error;
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

/** Gives the directory a hidden name. */
function* renamed(place: Place, { whenNotAtomic }: Taking): Steps<Remains> {
  let hindrance: unknown;
  for (const nameFor of [hiddenName, hiddenNameWithin]) {
    const name = nameFor(place.name, 'delete');
    if (name === undefined) continue;
    const path = within(place.directory, name);
    hide(name);
    try {
      yield* refusing(place, disk.rename(place.path, path));
      return { path, hidden: name };
    } catch (error) {
      show(name);
      if (!hasCode(error, 'EXDEV', 'ENOSPC', 'EDQUOT', 'ENAMETOOLONG'))
        throw unhidden(error, path, place.path);
      hindrance = unhidden(error, path, place.path);
    }
  }
  if (whenNotAtomic === 'remove') return { path: place.path, hidden: undefined };
  throw notAtomic(place, hindrance);
}

/** Removes what was taken away. It is sure to go, now or in a sweep: whatever is in the way is no refusal any more. */
export function* removeRemains(
  place: Place,
  { path, hidden }: Remains,
  signal: AbortSignal | undefined,
): Steps<void> {
  try {
    yield* removeTree(path, signal);
  } catch (error) {
    throw unhidden(error, path, place.path);
  } finally {
    if (hidden !== undefined) show(hidden);
  }
}

function notAtomic({ given }: Place, cause: unknown): AtomicError {
  return new AtomicError(
    'ERR_ATOMIC_NOT_ATOMIC',
    `${given} cannot be deleted at once, since it cannot be renamed; 'whenNotAtomic' says what to do then`,
    { path: given, cause },
  );
}
