import path from 'node:path';
import { AtomicError } from './errors.ts';
import * as disk from './file-system.ts';
import { isAbandoned } from './hidden-name.ts';
import { namesInUse } from './in-use.ts';
import { refuseMounts } from './mounts.ts';
import { removeTree } from './remove-tree.ts';
import { runPromise, runSync, type Steps } from './steps.ts';

/** What the promise form of a sweep can be given. */
export interface SweepOptions {
  /** An abort ends the sweep before its next leftover. */
  readonly signal?: AbortSignal;
  /** Only tell what would be removed. @default false */
  readonly dryRun?: boolean;
}

/**
 * Finishes what was interrupted in a directory: removes the hidden files and directories that `atomicDelete`,
 * `atomicMakeDirectory` and `atomicWriteFile` left when their process was killed. What a live process works
 * on is spared, and so is everything of another name. Several sweeps at once do no harm.
 *
 * Processes are looked up by id and start time. Sweep where those who write are seen: a process of another
 * container or host that shares the directory is not.
 *
 * @returns the paths that were removed. A missing directory has none.
 * @throws {AtomicError} `ERR_ATOMIC_SWEEP` with all `errors`, after everything else was removed.
 */
export async function sweep(directory: string, options: SweepOptions = {}): Promise<string[]> {
  return runPromise(sweepSteps(directory, options));
}

/**
 * The same as `sweep`, and all of it before it returns.
 *
 * @returns the paths that were removed. A missing directory has none.
 * @throws {AtomicError} `ERR_ATOMIC_SWEEP` with all `errors`, after everything else was removed.
 */
export function sweepSync(directory: string, options: Pick<SweepOptions, 'dryRun'> = {}): string[] {
  return runSync(sweepSteps(directory, options));
}

function* sweepSteps(directory: string, { signal, dryRun }: SweepOptions): Steps<string[]> {
  if (!(yield* disk.lstat(directory))) return [];
  const removed: string[] = [];
  const errors: unknown[] = [];
  for (const name of yield* disk.listNames(directory)) {
    if (!isAbandoned(name, namesInUse)) continue;
    signal?.throwIfAborted();
    const leftover = path.join(directory, name);
    try {
      if (!dryRun) {
        yield* refuseMounts(leftover);
        yield* removeTree(leftover);
      }
      removed.push(leftover);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw failed(directory, errors);
  return removed;
}

function failed(directory: string, errors: readonly unknown[]): AtomicError {
  const reasons = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  return new AtomicError(
    'ERR_ATOMIC_SWEEP',
    `${errors.length} leftovers in ${directory} could not be removed: ${reasons.join('; ')}`,
    { path: directory, errors, cause: errors[0] },
  );
}
