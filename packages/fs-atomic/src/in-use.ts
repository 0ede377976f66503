import { unhidden } from './errors.ts';
import { type Place, within } from './place.ts';
import { shared } from './shared.ts';
import type { Steps } from './steps.ts';

/** The hidden names that this thread works on now, in whatever copy of this package. */
export const namesInUse: ReadonlySet<string> = shared.names;

/**
 * Works on a hidden name beside the place, by its path; no sweep of this thread touches it meanwhile. What fails is told
 * of the place.
 */
export function* using<Result>(
  place: Place,
  name: string,
  work: (hidden: string) => Steps<Result>,
): Steps<Result> {
  const hidden = within(place.directory, name);
  hide(name);
  try {
    return yield* work(hidden);
  } catch (error) {
    throw unhidden(error, hidden, place.path);
  } finally {
    show(name);
  }
}

/** Protects a hidden name from the sweeps of this thread. */
export function hide(name: string): void {
  shared.names.add(name);
}

/** Ends that. */
export function show(name: string): void {
  shared.names.delete(name);
}
