import type { Owner } from './atomic-write-file.ts';
import { AtomicError, hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import { hiddenSibling, namedPath } from './hidden-name.ts';
import { using } from './in-use.ts';
import { removeTree } from './remove-tree.ts';
import { runPromise, runSync, type Steps, step } from './steps.ts';

/** What a new directory is like. */
export interface AtomicMakeDirectorySyncOptions {
  /** The permissions, exactly: no umask is applied. @default 0o777 without the umask */
  readonly mode?: number;
  /** The owner, which only root can choose freely. @default that of any new directory */
  readonly owner?: Owner;
}

/** What a new directory is like, and how long to go on. */
export interface AtomicMakeDirectoryOptions extends AtomicMakeDirectorySyncOptions {
  /** An abort before the directory takes its name leaves nothing; afterwards it has no effect. */
  readonly signal?: AbortSignal;
}

/**
 * Makes a directory together with what is in it: it appears whole or not at all, and of several makers of
 * the same path exactly one succeeds. `fill` gets the path of a hidden sibling and puts
 * the content there; when it throws, all of that is removed. Where a mode is given, nobody else can look
 * inside before the directory has its name.
 *
 * `fill` must put something there: to make an empty directory, use `mkdir`, which is atomic in itself.
 *
 * @throws {AtomicError} `ERR_ATOMIC_EXISTS` when there is something at the path already, which stays as it
 * is. `ERR_ATOMIC_ARGUMENT` for a path without a name, such as `/` or `..`.
 */
export async function atomicMakeDirectory(
  directory: string,
  fill: (hidden: string) => Promise<void> | void,
  options: AtomicMakeDirectoryOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  return runPromise(makeSteps(directory, fill, options));
}

/**
 * The same as `atomicMakeDirectory`, and all of it before it returns.
 *
 * @throws {AtomicError} `ERR_ATOMIC_EXISTS` when there is something at the path already, which stays as it
 * is. `ERR_ATOMIC_ARGUMENT` for a path without a name, such as `/` or `..`, and for an async `fill`.
 */
export function atomicMakeDirectorySync(
  directory: string,
  fill: (hidden: string) => void,
  options: AtomicMakeDirectorySyncOptions = {},
): void {
  runSync(makeSteps(directory, fill, options));
}

type Fill = (hidden: string) => Promise<void> | void;

function* makeSteps(directory: string, fill: Fill, options: AtomicMakeDirectoryOptions): Steps<void> {
  const target = namedPath(directory);
  // A rename would replace an empty directory, which is somebody else's all the same.
  if (yield* disk.lstat(target)) throw exists(target);
  const hidden = hiddenSibling(target, 'make');
  yield* using(hidden, target, make(target, hidden, fill, options));
}

function* make(
  target: string,
  hidden: string,
  fill: Fill,
  { mode, owner, signal }: AtomicMakeDirectoryOptions,
): Steps<void> {
  // Where no mode is wanted the umask decides; what is wanted may be wider than what filling it should be.
  yield* disk.mkdir(hidden, mode === undefined ? 0o777 : 0o700);
  try {
    yield* filling(fill, hidden);
    if (owner) yield* disk.lchown(hidden, owner.uid, owner.gid);
    if (mode !== undefined && mode !== 0o700) yield* disk.chmod(hidden, mode);
    signal?.throwIfAborted();
    yield* disk.rename(hidden, target);
  } catch (error) {
    yield* discard(hidden);
    // What is there already and not empty is what a rename of a directory cannot replace.
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw exists(target, error);
    throw error;
  }
}

function filling(fill: Fill, hidden: string): Steps<void> {
  return step<void>({
    sync: () => {
      if (!(fill(hidden) instanceof Promise)) return;
      throw new AtomicError('ERR_ATOMIC_ARGUMENT', 'the sync form cannot wait for an async `fill`');
    },
    promise: async () => await fill(hidden),
  });
}

/** Should even this fail, the directory is left to `sweep`. */
function* discard(hidden: string): Steps<void> {
  try {
    yield* removeTree(hidden);
  } catch {
    // The first failure is the one that matters.
  }
}

function exists(target: string, cause?: unknown): AtomicError {
  const facts = { path: target };
  return new AtomicError(
    'ERR_ATOMIC_EXISTS',
    `${target} exists already; delete it first, or choose another name`,
    cause === undefined ? facts : { ...facts, cause },
  );
}
