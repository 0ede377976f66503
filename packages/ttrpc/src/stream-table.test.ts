import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamTable } from './stream-table.ts';

describe('the table of streams', () => {
  test('gives odd ids that rise, and gives back what was put in, in any order and number', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 1000, size: 'max' }), (choices) => {
        const table = new StreamTable<{ streamId: number }>();
        const expected: { streamId: number }[] = [];
        let last = -1;
        for (const choice of choices) {
          if (choice % 5 < 3) {
            const stream = { streamId: table.nextId() };
            expect(stream.streamId % 2).toBe(1);
            expect(stream.streamId).toBeGreaterThan(last);
            last = stream.streamId;
            table.add(stream);
            expected.push(stream);
          } else {
            const [stream] = expected.splice(choice % (expected.length + 1), 1);
            if (stream) expect(table.take(stream.streamId)).toBe(stream);
            if (stream) expect(table.take(stream.streamId)).toBeUndefined();
          }
        }
        expect(new Set(table.streams())).toEqual(new Set(expected));
      }),
    );
  });

  test('keeps a stream that waits while a hundred thousand others come and go', () => {
    const table = new StreamTable<{ streamId: number }>();
    const waiting = { streamId: table.nextId() };
    table.add(waiting);
    for (let count = 0; count < 100_000; count++) {
      const streamId = table.nextId();
      table.add({ streamId });
      if (table.take(streamId)?.streamId !== streamId) expect.unreachable();
    }
    expect(table.take(waiting.streamId)).toBe(waiting);
  });

  test('says so when the ids are used up, and begins at no id again', () => {
    const table = new StreamTable<{ streamId: number }>(0xffff_fffb);
    const [first, second] = [{ streamId: table.nextId() }, { streamId: table.nextId() }];
    table.add(first);
    expect([first.streamId, second.streamId]).toEqual([0xffff_fffd, 0xffff_ffff]);
    for (let turn = 0; turn < 3; turn++) {
      expect(() => table.nextId()).toThrow(expect.objectContaining({ code: 'ERR_TTRPC_EXHAUSTED' }));
    }
    expect(table.hasIssued(0xffff_ffff)).toBe(true);
    expect(table.get(0xffff_fffd)).toBe(first);
    expect(table.take(0xffff_fffd)).toBe(first);
    expect(table.size).toBe(0);
  });

  test('knows which ids it has given', () => {
    const table = new StreamTable();
    expect(table.hasIssued(1)).toBe(false);
    table.nextId();
    table.nextId();
    expect([0, 1, 2, 3, 5].filter((id) => table.hasIssued(id))).toEqual([1, 3]);
  });
});
