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
  const name = path.basename(hidden);
  names.add(name);
  try {
    return yield* work;
  } catch (error) {
    throw unhidden(error, hidden, target);
  } finally {
    names.delete(name);
  }
}
