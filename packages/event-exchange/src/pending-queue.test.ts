import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PendingQueue } from './pending-queue.ts';

test('gives what an array gives that is pushed to and shifted from', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat()), { maxLength: 200 }), (steps) => {
      const [queue, array] = [new PendingQueue<number>(), [] as number[]];
      for (const step of steps) {
        if (step === null) expect(queue.shift()).toBe(array.shift());
        else {
          queue.push(step);
          array.push(step);
        }
        expect(queue.size).toBe(array.length);
      }
      queue.clear();
      expect([queue.size, queue.shift()]).toEqual([0, undefined]);
    }),
  );
});
