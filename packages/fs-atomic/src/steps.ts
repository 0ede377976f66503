import { loadFsExtra } from './fs-extra.ts';

/** One access to the file system, in the two ways Node has it. */
export interface Step<Result> {
  sync(): Result;
  promise(): Promise<Result>;
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

/** Takes the steps one after the other, without blocking the event loop. */
export async function runPromise<Result>(steps: Steps<Result>): Promise<Result> {
  await loadFsExtra();
  let next = steps.next();
  while (!next.done) {
    let result: unknown;
    try {
      result = await next.value.promise();
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next(result);
  }
  return next.value;
}
