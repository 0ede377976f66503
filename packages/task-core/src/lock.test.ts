import { expect, test } from 'vitest';
import { Lock } from './lock.ts';

test('work runs one after the other, in the order it came', async () => {
  const lock = new Lock();
  const first = Promise.withResolvers<void>();
  const order: string[] = [];
  const all = [
    lock.run(async () => {
      await first.promise;
      order.push('first');
    }),
    lock.run(async () => void order.push('second')),
  ];
  first.resolve();
  await Promise.all(all);
  expect(order).toEqual(['first', 'second']);
});

test('work that failed lets the next one run', async () => {
  const lock = new Lock();
  const failing = lock.run(() => Promise.reject(new Error('no')));
  const next = lock.run(async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

test('work that is aborted before its turn is never run, and what comes after it still waits', async () => {
  const lock = new Lock();
  const first = Promise.withResolvers<void>();
  const order: string[] = [];
  const running = lock.run(async () => {
    await first.promise;
    order.push('first');
  });
  const controller = new AbortController();
  const aborted = lock.run(async () => void order.push('aborted'), controller.signal);
  const last = lock.run(async () => void order.push('last'));
  controller.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  expect(order).toEqual([]);
  first.resolve();
  await Promise.all([running, last]);
  expect(order).toEqual(['first', 'last']);
});
