import { shared } from './shared.ts';
import { type Steps, step } from './steps.ts';

/**
 * Works with the few descriptors that it may have at once. Many deletions that each hold some and wait for one more
 * would wait for ever.
 */
export function* withSlot<Result>(work: Steps<Result>): Steps<Result> {
  const taken = yield* step<boolean>({ how: 'promise', sync: () => false, promise: take });
  try {
    return yield* work;
  } finally {
    if (taken) giveBack();
  }
}

async function take(): Promise<true> {
  const { slots } = shared;
  if (slots.free > 0) slots.free -= 1;
  else await new Promise<void>((resolve) => slots.queue.push(resolve));
  return true;
}

function giveBack(): void {
  const { slots } = shared;
  const next = slots.queue.shift();
  if (next) next();
  else slots.free += 1;
}
