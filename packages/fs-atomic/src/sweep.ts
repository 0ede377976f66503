import path from 'node:path';
import { checked } from './arguments.ts';
import { AtomicError } from './errors.ts';
import * as disk from './file-system.ts';
import { isAbandoned } from './hidden-name.ts';
import { namesInUse } from './in-use.ts';
import { refuseMounts } from './mounts.ts';
import { at, type Directory, directoryOf, releasing, releasingSync, type Target, within } from './place.ts';
import { runPromise, runSync, type Steps } from './steps.ts';
import { removeTree } from './tree/remove-tree.ts';

/** What the promise form of a sweep can be given. */
export interface SweepOptions {
  /** An abort ends the sweep: what is not removed yet is left to the next one. */
  readonly signal?: AbortSignal;
  /** Only tell what would be removed. @default false */
  readonly dryRun?: boolean;
}

/**
 * Finishes what was interrupted in a directory: removes the hidden files and directories that `atomicDelete`,
 * `atomicMakeDirectory` and `atomicWriteFile` left when their process was killed. It spares what a live process works
 * on, and everything with another name. Several sweeps at once do no harm.
 *
 * Processes are identified by id and start time. Run it where the writers are visible: a process of another container or
 * host that shares the directory is not.
 *
 * @returns the paths that were removed; for a missing directory, none.
 * @throws {AtomicError} `ERR_ATOMIC_SWEEP` with all `errors`, after everything else was removed.
 */
export async function sweep(directory: Target, options: SweepOptions = {}): Promise<string[]> {
  const { signal } = checkedOptions(options);
  signal?.throwIfAborted();
  const swept = directoryOf(directory);
  return releasing(swept, () => runPromise(at(swept, sweepSteps(swept, options)), swept.path));
}

/**
 * The synchronous form of `sweep`.
 *
 * @returns the paths that were removed. A missing directory has none.
 * @throws {AtomicError} `ERR_ATOMIC_SWEEP` with all `errors`, after everything else was removed.
 */
export function sweepSync(directory: Target, options: Pick<SweepOptions, 'dryRun'> = {}): string[] {
  checkedOptions(options);
  const swept = directoryOf(directory);
  return releasingSync(swept, () => runSync(at(swept, sweepSteps(swept, options))));
}

function checkedOptions(options: SweepOptions): SweepOptions {
  return checked(options, { signal: 'signal', dryRun: 'boolean' });
}

function* sweepSteps(swept: Directory, { signal, dryRun }: SweepOptions): Steps<string[]> {
  if (!(yield* disk.lstat(swept.path))) return [];
  const removed: string[] = [];
  const errors: unknown[] = [];
  for (const name of yield* disk.listNames(swept.path)) {
    if (!isAbandoned(name, namesInUse)) continue;
    signal?.throwIfAborted();
    try {
      if (!dryRun) yield* removeLeftover(swept, name, signal);
      removed.push(path.join(swept.given, name));
    } catch (error) {
      signal?.throwIfAborted();
      errors.push(error);
    }
  }
  if (errors.length > 0) throw failed(swept.given, errors);
  return removed;
}

function* removeLeftover(swept: Directory, name: string, signal: AbortSignal | undefined): Steps<void> {
  const leftover = within(swept.path, name);
  const given = within(swept.given, name);
  const place = { ...swept, given, directory: swept.path, path: leftover, name, key: leftover };
  yield* at(
    place,
    (function* () {
      yield* refuseMounts([place]);
      yield* removeTree(leftover, signal);
    })(),
  );
}

function failed(directory: string, errors: readonly unknown[]): AtomicError {
  const reasons = errors.map((error) => (error as { readonly message?: unknown } | null)?.message ?? error);
  return new AtomicError(
    'ERR_ATOMIC_SWEEP',
    `${errors.length} leftovers in ${directory} could not be removed: ${reasons.join('; ')}`,
    { path: directory, errors, cause: errors[0] },
  );
}
