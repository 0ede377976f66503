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
  return inOrderOfAll([key], signal, ([overtaken = neverOvertaken]) => work(overtaken));
}

/** The same for work on several paths, for each of which it has its turn. */
export async function inOrderOfAll<Result>(
  keys: readonly string[],
  signal: AbortSignal | undefined,
  work: (overtaken: readonly Overtaken[]) => Promise<Result>,
): Promise<Result> {
  // All at once: were one taken only after the wait for another, two calls could wait for each other.
  const turns = keys.map(turnFor);
  try {
    const before = turns.flatMap((turn) => turn.before ?? []);
    if (before.length > 0) await untilAborted(Promise.all(before), signal);
    return await work(turns.map(({ overtaken }) => overtaken));
  } finally {
    for (const { end } of turns) end();
  }
}

/** The place of a call among those for a path. */
interface Turn {
  /** Settles when the calls before are done; undefined where there are none. */
  readonly before: Promise<void> | undefined;
  readonly overtaken: Overtaken;
  readonly end: () => void;
}

const NO_TURN: Turn = { before: undefined, overtaken: neverOvertaken, end: () => {} };

function turnFor(key: string): Turn {
  // What the work itself has called would wait for itself.
  if (shared.held?.getStore()?.has(key)) return NO_TURN;
  const entry = shared.waiting.get(key);
  const waiting = entry ?? { last: Promise.resolve(), count: 0, overtakers: 0, overtaker: undefined };
  if (!entry) shared.waiting.set(key, waiting);
  const { last: before, overtakers } = waiting;
  const done = Promise.withResolvers<void>();
  waiting.last = entry ? before.then(() => done.promise) : done.promise;
  waiting.count += 1;
  return {
    before: entry && before,
    overtaken: () => (waiting.overtakers > overtakers ? waiting.overtaker : undefined),
    end: () => {
      done.resolve();
      waiting.count -= 1;
      if (waiting.count === 0) shared.waiting.delete(key);
    },
  };
}

/** Tells those that are under way that a later call, which cannot wait for them, is done now. */
export function overtake(key: string, kind: Kind): void {
  const waiting = shared.waiting.get(key);
  if (!waiting) return;
  waiting.overtakers += 1;
  waiting.overtaker = kind;
}

/** Runs what the caller gave us, which may call us for the same paths. */
export function whileHeld<Result>(keys: readonly string[], run: () => Result): Result {
  const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
  shared.held ??= new AsyncLocalStorage();
  return shared.held.run(new Set([...(shared.held.getStore() ?? []), ...keys]), run);
}

async function untilAborted(before: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return void (await before);
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
