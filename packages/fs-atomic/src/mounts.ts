import { AtomicError, aboutPath, hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import { MOUNTINFO, MOUNTSTATS, readTable } from './mount-table.ts';
import { mayNameMount, mountsListed } from './mountinfo.ts';
import { at, type Place, placeOf, releasing, releasingSync, type Target } from './place.ts';
import { runPromise, runSync, type Steps } from './steps.ts';

/**
 * Returns the mount points at a path and below it, as absolute paths without links. These prevent its deletion. Only the
 * mounts of this process's mount namespace are known. On other systems than Linux the result is empty.
 *
 * @throws {AtomicError} `ERR_ATOMIC_MOUNTS_UNKNOWN` if `/proc` is missing or cannot be read.
 */
export async function mountsWithin(target: Target): Promise<string[]> {
  const place = placeOf(target);
  return releasing(place, () => runPromise(at(place, knownMountsAt(place)), place.directory));
}

/**
 * The synchronous form of `mountsWithin`.
 *
 * @throws {AtomicError} `ERR_ATOMIC_MOUNTS_UNKNOWN` where `/proc` is not there, or may not be read.
 */
export function mountsWithinSync(target: Target): string[] {
  const place = placeOf(target);
  return releasingSync(place, () => runSync(at(place, knownMountsAt(place))));
}

/**
 * Looks once for all of them.
 *
 * @throws {AtomicError} `ERR_ATOMIC_MOUNTED` when something is mounted at one of the places or below it.
 */
export function* refuseMounts(places: readonly Place[]): Steps<void> {
  for (const [index, found] of (yield* mountsOrNone(places)).entries())
    if (found.length > 0) throw mounted(places[index] as Place, found);
}

export function mounted({ given }: Place, mounts: readonly string[], cause?: unknown): AtomicError {
  const facts = { path: given, mounts };
  return new AtomicError(
    'ERR_ATOMIC_MOUNTED',
    `${given} is not deleted, because of what is mounted there; unmount ${mounts.join(', ')} first`,
    cause === undefined ? facts : { ...facts, cause },
  );
}

/** The mount points; none where nobody can tell, since each directory is looked at again before it is emptied. */
export function* mountSteps(place: Place): Steps<string[]> {
  return (yield* mountsOrNone([place]))[0] ?? [];
}

function* mountsOrNone(places: readonly Place[]): Steps<string[][]> {
  try {
    return yield* knownMounts(places);
  } catch (error) {
    if (hasCode(error, 'ERR_ATOMIC_MOUNTS_UNKNOWN')) return places.map(() => []);
    throw error;
  }
}

function* knownMountsAt(place: Place): Steps<string[]> {
  return (yield* knownMounts([place]))[0] ?? [];
}

/** What is mounted at each of the places and below. */
function* knownMounts(places: readonly Place[]): Steps<string[][]> {
  const found: string[][] = places.map(() => []);
  // Only Linux can mount a directory of a file system into the same one; elsewhere the device number tells.
  if (process.platform !== 'linux') return found;
  const names = places.map(({ name }) => name.toWellFormed());
  const given = places[0]?.given ?? '';
  const points = yield* readMountstats(given);
  if (points !== undefined && !names.some((name) => mayNameMount(points, name))) return found;
  const mountinfo = yield* readMountinfo(given);
  for (const [index, place] of places.entries()) {
    const name = names[index] as string;
    if (!mayNameMount(mountinfo, name)) continue;
    const parent = yield* realDirectory(place);
    if (parent === undefined) continue;
    found[index] = mountsListed(mountinfo, parent, name);
  }
  return found;
}

/** Undefined where there is none, and so nothing mounted in it. */
function* realDirectory({ directory }: Place): Steps<string | undefined> {
  try {
    return /^\/proc\/self\/fd\/\d+$/.test(directory)
      ? yield* disk.readlink(directory)
      : yield* disk.realpath(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** @throws {AtomicError} `ERR_ATOMIC_MOUNTS_UNKNOWN`. */
function* readMountinfo(given: string): Steps<string> {
  try {
    return yield* readTable(MOUNTINFO);
  } catch (error) {
    if (!isHidden(error)) throw aboutPath(error, given);
    const facts = { path: given, cause: error };
    throw new AtomicError(
      'ERR_ATOMIC_MOUNTS_UNKNOWN',
      `what is mounted below ${given} cannot be told`,
      facts,
    );
  }
}

let hasMountstats = true;

/**
 * The mount points alone: all that is needed as long as none has the name, which the kernel writes in half the time.
 * Undefined where it does not tell, or not this user.
 */
function* readMountstats(given: string): Steps<string | undefined> {
  if (!hasMountstats) return undefined;
  try {
    const points = yield* readTable(MOUNTSTATS);
    if (points !== '') return points;
  } catch (error) {
    if (!isHidden(error)) throw aboutPath(error, given);
  }
  hasMountstats = false;
  return undefined;
}

/** Whether a file of /proc cannot be seen, because it is not mounted, or not ours to read. */
export function isHidden(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ERR_ACCESS_DENIED');
}
