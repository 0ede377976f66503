import { badArgument, checked, type Owner } from './arguments.ts';
import { callback } from './callback.ts';
import { flushed, flushTree } from './durable.ts';
import { AtomicError, hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import { hiddenName } from './hidden-name.ts';
import { inOrder, neverOvertaken, type Overtaken, overtake } from './in-order.ts';
import { using } from './in-use.ts';
import { withParents } from './parents.ts';
import { at, type Place, placeOf, releasing, releasingSync, type Target } from './place.ts';
import { withSlot } from './slot.ts';
import { runPromise, runSync, type Steps } from './steps.ts';
import { removeTree } from './tree/remove-tree.ts';

/** What a new directory is like. */
export interface AtomicMakeDirectorySyncOptions {
  /** The permissions, exactly: no umask is applied. @default 0o777 without the umask */
  readonly mode?: number;
  /** The owner, which only root can choose freely. @default that of any new directory */
  readonly owner?: Owner;
  /**
   * Whether all that is in it is on the disk before it takes its name, and the name before the call is done. That
   * takes a flush for each file and directory.
   *
   * @default false
   */
  readonly fsync?: boolean;
  /** Whether to make the directories above it that are missing. @default false */
  readonly parents?: boolean;
}

/** What a new directory is like, and how long to go on. */
export interface AtomicMakeDirectoryOptions extends AtomicMakeDirectorySyncOptions {
  /** An abort before the directory takes its name leaves nothing; afterwards it has no effect. */
  readonly signal?: AbortSignal;
}

/**
 * Makes a directory together with its content. It appears completely or not at all, and if several callers make the same
 * path, exactly one succeeds. `fill` gets the path of a hidden sibling and puts the content there. If it throws,
 * everything is removed and its error is thrown. If you give a mode, nobody else can look inside before the directory
 * has its name.
 *
 * `fill` must put something there. For an empty directory use `mkdir`, which is already atomic.
 *
 * @throws {AtomicError} `ERR_ATOMIC_EXISTS` if something is at the path already; it stays as it is.
 * `ERR_ATOMIC_ARGUMENT` for an argument of the wrong kind. `ERR_ATOMIC_NOT_DURABLE` if the directory is in its place, but
 * could not be flushed.
 */
export async function atomicMakeDirectory(
  directory: Target,
  fill: (hidden: string) => Promise<void> | void,
  options: AtomicMakeDirectoryOptions = {},
): Promise<void> {
  const { signal } = checkedOptions(options);
  signal?.throwIfAborted();
  const place = placeOf(directory);
  await releasing(place, async () => {
    const filling = fillingOf(fill, place.key);
    return inOrder(place.key, signal, (overtaken) =>
      runPromise(at(place, makeSteps(place, filling, options, overtaken)), place.directory),
    );
  });
}

/**
 * The synchronous form of `atomicMakeDirectory`.
 *
 * @throws {AtomicError} as `atomicMakeDirectory` does, and `ERR_ATOMIC_ARGUMENT` for an async `fill`.
 */
export function atomicMakeDirectorySync(
  directory: Target,
  fill: (hidden: string) => void,
  options: AtomicMakeDirectorySyncOptions = {},
): void {
  checkedOptions(options);
  const place = placeOf(directory);
  releasingSync(place, () => {
    runSync(at(place, makeSteps(place, fillingOf(fill, place.key), options, neverOvertaken)));
    overtake(place.key, 'make');
  });
}

function checkedOptions(options: AtomicMakeDirectoryOptions): AtomicMakeDirectoryOptions {
  return checked(options, {
    mode: 'mode',
    owner: 'owner',
    fsync: 'boolean',
    parents: 'boolean',
    signal: 'signal',
  });
}

type Fill = (hidden: string) => Promise<void> | void;
type Filling = (hidden: string) => Steps<void>;

function fillingOf(fill: Fill, key: string): Filling {
  if (typeof fill !== 'function') throw badArgument('`fill` must be a function, which makes the content');
  return (hidden) => callback('fill', [key], () => fill(hidden));
}

function* makeSteps(
  place: Place,
  filling: Filling,
  options: AtomicMakeDirectoryOptions,
  overtaken: Overtaken,
): Steps<void> {
  // A rename would replace an empty directory, which is somebody else's all the same.
  if (yield* disk.lstat(place.path)) throw exists(place);
  const making = () =>
    using(place, hiddenName(place.name, 'make'), (hidden) =>
      make(place, hidden, filling, options, overtaken),
    );
  if (options.parents) yield* withParents(place, options.fsync ?? false, making);
  else yield* making();
}

function* make(
  place: Place,
  hidden: string,
  filling: Filling,
  { mode, owner, fsync = false, signal }: AtomicMakeDirectoryOptions,
  overtaken: Overtaken,
): Steps<void> {
  // Not told by the error that is thrown: `fill` may write durable files itself, and fail as this does.
  let isNamed = false;
  const name = function* (): Steps<boolean> {
    isNamed = yield* naming(hidden, place, signal, overtaken);
    return isNamed;
  };
  // Where no mode is wanted the umask decides; what is wanted may be wider than what filling it should be.
  yield* disk.mkdir(hidden, mode === undefined ? 0o777 : 0o700);
  try {
    yield* filling(hidden);
    if (owner) yield* disk.lchown(hidden, owner.uid, owner.gid);
    // Below a directory with the set-group-id bit it has that bit as well, whatever was asked for.
    if (mode !== undefined) yield* disk.chmod(hidden, mode);
    if (fsync) yield* withSlot(flushTree(hidden));
    yield* flushed(place, fsync, name());
  } catch (error) {
    if (!isNamed) yield* discard(hidden);
    throw error;
  }
}

/** Gives the directory its name; or not, where a later call has deleted it, as it were. */
function* naming(
  hidden: string,
  place: Place,
  signal: AbortSignal | undefined,
  overtaken: Overtaken,
): Steps<boolean> {
  signal?.throwIfAborted();
  if (overtaken() === 'delete') {
    yield* discard(hidden);
    return false;
  }
  try {
    yield* disk.rename(hidden, place.path);
    return true;
  } catch (error) {
    // What is there already and not empty is what a rename of a directory cannot replace.
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw exists(place, error);
    throw error;
  }
}

/** Should even this fail, the directory is left to `sweep`. */
function* discard(hidden: string): Steps<void> {
  try {
    yield* removeTree(hidden);
  } catch {
    // The first failure is the one that matters.
  }
}

function exists({ given }: Place, cause?: unknown): AtomicError {
  const facts = { path: given };
  return new AtomicError(
    'ERR_ATOMIC_EXISTS',
    `${given} exists already; delete it first, or choose another name`,
    cause === undefined ? facts : { ...facts, cause },
  );
}
