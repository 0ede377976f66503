import { checked } from './arguments.ts';
import { callback } from './callback.ts';
import { AtomicError, hasCode } from './errors.ts';
import { lstatEach } from './file-system.ts';
import { inOrderOfAll, neverOvertaken, type Overtaken, overtake } from './in-order.ts';
import { refuseMounts } from './mounts.ts';
import { at, type Place, placeOf, type Target } from './place.ts';
import { runPromise, runSync, type Steps } from './steps.ts';
import { type Remains, removeRemains, takeAway } from './take-away.ts';

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
  /**
   * What to do once nothing stands in the way any more, and before anything is taken away. Where it fails, nothing is
   * deleted, and its error is thrown.
   */
  readonly prepare?: () => void;
}

/** How the promise form deletes something. */
export interface AtomicDeleteOptions extends Omit<AtomicDeleteSyncOptions, 'prepare'> {
  /** The same as in the sync form; it may take its time. */
  readonly prepare?: () => Promise<void> | void;
  /** Until the path is gone, an abort changes nothing; afterwards it leaves the rest to `sweep`. */
  readonly signal?: AbortSignal;
}

/**
 * Deletes a file, or a directory with everything in it. For everybody else it is there completely or not at all. A
 * directory is first renamed to a hidden sibling, `.NAME…`, which `sweep` removes if this process is killed. A missing
 * path is not an error. A link is deleted, never followed.
 *
 * If you pass several targets, none is touched while something is mounted in any of them. Then all disappear, one after
 * the other, and their contents are removed. If one cannot be deleted, the others still are.
 *
 * The directory that holds `target` must belong to somebody you trust. The tree below may belong to anybody.
 *
 * @throws {AtomicError} `ERR_ATOMIC_MOUNTED`, with the mounts, if something is mounted there or below; nothing was
 * touched. `ERR_ATOMIC_NOT_ATOMIC` if a directory cannot be renamed; nothing of it was deleted. `ERR_ATOMIC_ARGUMENT` for
 * a path without a name, such as `/` or `..`. `ERR_ATOMIC_DELETE`, with all `errors`, if several targets could not be
 * deleted; if only one could not, its own error.
 */
export async function atomicDelete(
  target: Target | readonly Target[],
  options: AtomicDeleteOptions = {},
): Promise<void> {
  const { signal } = checkedOptions(options);
  signal?.throwIfAborted();
  const places = placesOf(target);
  const [first] = places;
  if (!first) return;
  try {
    await inOrderOfAll(
      places.map(({ key }) => key),
      signal,
      (overtaken) => runPromise(deleteSteps(places, options, overtaken), first.directory),
    );
  } finally {
    for (const { release } of places) release();
  }
}

/**
 * The synchronous form of `atomicDelete`.
 *
 * @throws {AtomicError} as `atomicDelete` does.
 */
export function atomicDeleteSync(
  target: Target | readonly Target[],
  options: AtomicDeleteSyncOptions = {},
): void {
  checkedOptions(options);
  const places = placesOf(target);
  try {
    runSync(deleteSteps(places, options, []));
    for (const { key } of places) overtake(key, 'delete');
  } finally {
    for (const { release } of places) release();
  }
}

/** Where the targets are, each once. */
function placesOf(target: Target | readonly Target[]): readonly Place[] {
  if (!Array.isArray(target)) return [placeOf(target as Target)];
  const places = new Map<string, Place>();
  try {
    for (const one of target as readonly Target[]) {
      const place = placeOf(one);
      if (places.has(place.key)) place.release();
      else places.set(place.key, place);
    }
  } catch (error) {
    for (const { release } of places.values()) release();
    throw error;
  }
  return [...places.values()];
}

function checkedOptions(options: AtomicDeleteOptions): AtomicDeleteOptions {
  return checked(options, { whenNotAtomic: 'whenNotAtomic', prepare: 'function', signal: 'signal' });
}

function* deleteSteps(
  places: readonly Place[],
  options: AtomicDeleteOptions,
  overtaken: readonly Overtaken[],
): Steps<void> {
  const isLookedAt = places.length > 1 || options.prepare !== undefined;
  if (isLookedAt) {
    yield* refuseMounts(places);
    options.signal?.throwIfAborted();
    const keys = places.map(({ key }) => key);
    if (options.prepare) yield* callback('prepare', keys, options.prepare);
  }
  const taken: { readonly place: Place; readonly remains: Remains | undefined }[] = [];
  const failures: unknown[] = [];
  const found = yield* lstatEach(places.map(({ path }) => path));
  for (const [index, place] of places.entries()) {
    const isOvertaken = overtaken[index] ?? neverOvertaken;
    const taking = takeAway(place, found[index] as (typeof found)[0], isLookedAt, options, isOvertaken);
    try {
      taken.push({ place, remains: yield* at(place, taking) });
    } catch (error) {
      failures.push(error);
      // Mounted where only the kernel sees it: whoever did so uses all of it.
      if (index === 0 && hasCode(error, 'ERR_ATOMIC_MOUNTED')) break;
    }
  }
  for (const { place, remains } of taken) {
    if (!remains) continue;
    try {
      yield* at(place, removeRemains(place, remains, options.signal));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw asOne(places, failures, options.signal);
}

function asOne(
  places: readonly Place[],
  failures: readonly unknown[],
  signal: AbortSignal | undefined,
): unknown {
  if (failures.length === 1) return failures[0];
  if (signal?.aborted && failures.includes(signal.reason)) return signal.reason;
  const shown = places.map(({ given }) => given).join(', ');
  const reasons = failures.map((error) => (error as { readonly message?: unknown } | null)?.message);
  return new AtomicError(
    'ERR_ATOMIC_DELETE',
    `${failures.length} of ${shown} could not be deleted: ${reasons.join('; ')}`,
    { errors: failures, cause: failures[0] },
  );
}
