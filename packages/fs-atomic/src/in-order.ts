import { shared } from './shared.ts';
import type { Kind } from './waiting.ts';

/** Which sync call was made for the path after this one, and is done already; undefined when there is none. */
export type Overtaken = () => Kind | undefined;

export const neverOvertaken: Overtaken = () => undefined;

/**
 * Does the work once all calls that were made before for the same path are done, so that the last call decides what is
 * there. An abort ends the wait.
 */
export async function inOrder<Result>(
  key: string,
  signal: AbortSignal | undefined,
  work: (overtaken: Overtaken) => Promise<Result>,
): Promise<Result> {
  // What the work itself has called would wait for itself.
  if (shared.held?.getStore()?.has(key)) return work(neverOvertaken);
  const entry = shared.waiting.get(key);
  const waiting = entry ?? { last: Promise.resolve(), count: 0, overtakers: 0, overtaker: undefined };
  if (!entry) shared.waiting.set(key, waiting);
  const { last: before, overtakers } = waiting;
  const done = Promise.withResolvers<void>();
  waiting.last = entry ? before.then(() => done.promise) : done.promise;
  waiting.count += 1;
  try {
    if (entry) await untilAborted(before, signal);
    return await work(() => (waiting.overtakers > overtakers ? waiting.overtaker : undefined));
  } finally {
    done.resolve();
    waiting.count -= 1;
    if (waiting.count === 0) shared.waiting.delete(key);
  }
}

/** Tells those that are under way that a later call, which cannot wait for them, is done now. */
export function overtake(key: string, kind: Kind): void {
  const waiting = shared.waiting.get(key);
  if (!waiting) return;
  waiting.overtakers += 1;
  waiting.overtaker = kind;
}

/** Runs what the caller gave us, which may call us for the same path. */
export function whileHeld<Result>(key: string, run: () => Result): Result {
  const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
  shared.held ??= new AsyncLocalStorage();
  return shared.held.run(new Set([...(shared.held.getStore() ?? []), key]), run);
}

async function untilAborted(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return before;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    await Promise.race([before, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
