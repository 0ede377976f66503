import { expect, test } from 'vitest';
import { PublishQueue } from './publish-queue.ts';

test('an event that nobody takes stays, and keeps those behind it waiting, until somebody does', async () => {
  const told: string[] = [];
  const queue = new PublishQueue((message) => told.push(message));
  const published: string[] = [];
  let isDown = true;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  queue.add('first', async () => {
    if (isDown) throw new Error('nobody is there');
    published.push('first');
  });
  queue.add('second', async () => {
    published.push('second');
    resolve();
  });
  await expect.poll(() => told.length, { interval: 5 }).toBeGreaterThan(1);
  expect(published).toEqual([]);
  isDown = false;
  await done;
  expect(published).toEqual(['first', 'second']);
  expect(new Set(told)).toEqual(new Set(['cannot publish first yet: nobody is there']));
});
