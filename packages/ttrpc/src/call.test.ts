import { expect, test, vi } from 'vitest';
import { Call } from './call.ts';

test('the signal of a call tells of the first abort, whether it was asked for before or after it', () => {
  const [early, late] = [new Call(undefined, {}), new Call(undefined, {})];
  const { signal } = early;
  expect(signal.aborted).toBe(false);
  for (const call of [early, late]) {
    call.abort('first');
    call.abort('second');
  }
  expect([signal.reason, late.signal.reason]).toEqual(['first', 'first']);
});

test('the signal of a call is there without a global AbortController, as in a context of node:vm', () => {
  vi.stubGlobal('AbortController', undefined);
  try {
    const call = new Call(undefined, {});
    const { signal } = call;
    call.abort('first');
    expect([signal.aborted, signal.reason]).toEqual([true, 'first']);
  } finally {
    vi.unstubAllGlobals();
  }
});
