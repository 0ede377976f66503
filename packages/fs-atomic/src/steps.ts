import { hasCode } from './errors.ts';
import { isInMemory } from './memory.ts';

/** One access to the file system, in the two ways Node has it. */
export interface Step<Result> {
  sync(): Result;
  promise(): Promise<Result>;
  /** How it is done in a promise form whatever the file system: at once where it cannot take long. */
  readonly how?: 'sync' | 'promise';
}

/**
 * An operation as a generator of its steps. All decisions are in it, once; whether a step blocks is for
 * {@link runSync} and {@link runPromise} to choose.
 */
export type Steps<Result> = Generator<Step<unknown>, Result, unknown>;

/** One step with the type of its result, for `yield*`. */
export function* step<Result>(one: Step<Result>): Steps<Result> {
  return (yield one) as Result;
}

// How long a promise form may keep the event loop, where its steps are done at once.
const SLICE_MS = 2;

/** Takes all steps before it returns. */
export function runSync<Result>(steps: Steps<Result>): Result {
  let next = steps.next();
  while (!next.done) {
    let result: unknown;
    try {
      result = next.value.sync();
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next(result);
  }
  return next.value;
}

/** Takes a step at once; not done where that takes a descriptor more than there are, which can be waited for. */
function attempted(one: Step<unknown>, take: (result: unknown) => void): boolean {
  try {
    take(one.sync());
    return true;
  } catch (error) {
    if (hasCode(error, 'EMFILE', 'ENFILE')) return false;
    throw error;
  }
}

/**
 * Takes the steps one after the other, without blocking the event loop. In a memory file system a trip to libuv's
 * threads takes ten times as long as what is done there, so the steps are taken at once, for a moment at a time.
 *
 * @param directory where the steps do most.
 */
export async function runPromise<Result>(steps: Steps<Result>, directory: string): Promise<Result> {
  const known = isInMemory(directory);
  const atOnce = typeof known === 'boolean' ? known : await known;
  let sliceEnd = performance.now() + SLICE_MS;
  let next = steps.next();
  while (!next.done) {
    const { value: one } = next;
    let result: unknown;
    try {
      const waits =
        (one.how ?? (atOnce ? 'sync' : 'promise')) === 'promise' ||
        !attempted(one, (done) => (result = done));
      if (waits) result = await one.promise();
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next(result);
    if (atOnce && performance.now() > sliceEnd) {
      await new Promise(setImmediate);
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
  return next.value;
}
