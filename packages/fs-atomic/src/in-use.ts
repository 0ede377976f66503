import path from 'node:path';
import { unhidden } from './errors.ts';
import type { Steps } from './steps.ts';

// One set for all copies of this package in this thread, so that one never sweeps away what another works on.
const KEY = Symbol.for('@shimwright/fs-atomic: hidden names in use');
const holder = globalThis as { [KEY]?: Set<string> };
holder[KEY] ??= new Set();
const names = holder[KEY];

/** The hidden names that this thread works on now. */
export const namesInUse: ReadonlySet<string> = names;

/** Works on a hidden path in place of `target`, which errors are about; no sweep of this thread touches it meanwhile. */
export function* using<Result>(hidden: string, target: string, work: Steps<Result>): Steps<Result> {
  hide(hidden);
  try {
    return yield* work;
  } catch (error) {
    throw unhidden(error, hidden, target);
  } finally {
    show(hidden);
  }
}

/** Protects a hidden path from the sweeps of this thread. */
export function hide(hidden: string): void {
  names.add(path.basename(hidden));
}

/** Ends that. */
export function show(hidden: string): void {
  names.delete(path.basename(hidden));
}
