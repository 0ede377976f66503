import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Call } from './call.ts';
import { CallList } from './call-list.ts';

test('calls come and go in any order, and an abort reaches those that are there', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 })), (choices) => {
      const list = new CallList();
      const all: Call[] = [];
      const present: Call[] = [];
      for (const choice of choices) {
        const call = choice % 3 === 0 ? present.splice(choice % (present.length + 1), 1)[0] : undefined;
        if (call) {
          list.remove(call);
          continue;
        }
        const added = new Call(undefined, {});
        all.push(added);
        present.push(added);
        list.add(added);
      }
      expect(list.size).toBe(present.length);
      list.abort('reason');
      for (const call of all) expect(call.signal.aborted).toBe(present.includes(call));
    }),
  );
});

test('a signal that is asked for after the abort is aborted, with the reason', () => {
  const [early, late] = [new Call(undefined, {}), new Call(undefined, {})];
  const { signal } = early;
  for (const call of [early, late]) {
    call.abort('first');
    call.abort('second');
  }
  expect([signal.reason, late.signal.reason]).toEqual(['first', 'first']);
});
