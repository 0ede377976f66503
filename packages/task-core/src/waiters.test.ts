import { expect, test } from 'vitest';
import { Waiters } from './waiters.ts';

test('those who wait are told, and those who come later too', async () => {
  const waiters = new Waiters();
  const waiting = [waiters.wait(), waiters.wait(new AbortController().signal)];
  waiters.release();
  await Promise.all([...waiting, waiters.wait()]);
});

test('whoever gives up waiting is forgotten', async () => {
  const waiters = new Waiters();
  const controller = new AbortController();
  const waiting = Array.from({ length: 1_000 }, () => waiters.wait(controller.signal));
  const failures = Promise.allSettled(waiting);
  expect(waiters.size).toBe(1_000);
  controller.abort(new Error('enough'));
  expect(waiters.size).toBe(0);
  expect((await failures).every(({ status }) => status === 'rejected')).toBe(true);
});

test('nobody begins to wait who has given up already', async () => {
  const waiters = new Waiters();
  await expect(waiters.wait(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  expect(waiters.size).toBe(0);
});
