import { badArgument, isObject } from './arguments.ts';
import { whileHeld } from './in-order.ts';
import { type Steps, step } from './steps.ts';

/**
 * Runs what the caller gave us.
 *
 * @param name what the caller knows it by.
 * @param keys the paths that it is run for, and may call us about.
 */
export function callback(
  name: string,
  keys: readonly string[],
  run: () => Promise<void> | void,
): Steps<void> {
  return step<void>({
    how: 'promise',
    sync: () => refusePromise(name, run()),
    promise: async () => whileHeld(keys, run),
  });
}

/** What it ends with is nobody's any more. */
function refusePromise(name: string, result: unknown): void {
  if (!isObject(result) || typeof result['then'] !== 'function') return;
  result['then'](undefined, () => {});
  throw badArgument(`the sync form cannot wait for an async \`${name}\``);
}
