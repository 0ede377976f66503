import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkIdMappings, hostId } from './id-mapping.ts';

const range = (containerID: number, hostID: number, size: number) => ({ containerID, hostID, size });
const last = 0xffff_ffff;

test('no mappings are an empty map', () => {
  expect(checkIdMappings(undefined, 'map')).toEqual([]);
  expect(checkIdMappings(null, 'map')).toEqual([]);
});

test('an id is found in its range, and nowhere beside it', () => {
  const map = [range(1000, 7, 1), range(0, 100_000, 3)];

  expect([0, 2, 3, 999, 1000, 1001].map((id) => hostId(map, id))).toEqual([
    100_000,
    100_002,
    undefined,
    undefined,
    7,
    undefined,
  ]);
});

test('a map may reach to the last id', () => {
  expect(checkIdMappings([range(0, last - 1, 1)], 'map')).toHaveLength(1);
  expect(checkIdMappings([range(0, 0, last)], 'map')).toHaveLength(1);
});

test.each([
  ['no array', 7, 'map'],
  ['no object', [null], 'map[0]'],
  ['a missing id', [{ containerID: 0, size: 1 }], 'map[0].hostID'],
  ['text', [{ ...range(0, 0, 1), hostID: '5' }], 'map[0].hostID'],
  ['a fraction', [range(0, 1.5, 1)], 'map[0].hostID'],
  ['a negative id', [range(-1, 0, 1)], 'map[0].containerID'],
  ['33 bits', [range(0, last + 1, 1)], 'map[0].hostID'],
  ['not a number', [range(Number.NaN, 0, 1)], 'map[0].containerID'],
  ['no ids at all', [range(0, 0, 0)], 'map[0].size'],
  ['a host range that wraps around to 0', [range(0, last, 1)], 'map[0]'],
  ['a container range that wraps around to 0', [range(2, 0, last)], 'map[0]'],
  ['two ranges of the container that overlap', [range(5, 50, 6), range(0, 0, 6)], 'map'],
  ['two ranges of the host that overlap', [range(0, 0, 6), range(10, 5, 1)], 'map'],
  ['341 ranges', Array.from({ length: 341 }, (_, id) => range(id, id, 1)), 'map'],
])('refuses %s', (_, mappings, field) => {
  expect(() => checkIdMappings(mappings, 'map')).toThrow(
    expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field, message: expect.stringContaining(field) }),
  );
});

test('in every map that is taken, different ids stay different on the host', () => {
  const small = fc.integer({ min: 0, max: 12 });
  const ranges = fc.array(fc.tuple(small, small, fc.integer({ min: 1, max: 5 })), { maxLength: 4 });
  fc.assert(
    fc.property(ranges, (triples) => {
      const map = triples.map((triple) => range(...triple));
      const mapped = Array.from({ length: 20 }, (_, id) =>
        map.filter((m) => id >= m.containerID && id < m.containerID + m.size),
      );
      const hosts = mapped.flatMap((found, id) => found.map((m) => m.hostID + id - m.containerID));
      const isFunction = mapped.every((found) => found.length <= 1) && new Set(hosts).size === hosts.length;

      if (isFunction) expect(checkIdMappings(map, 'map')).toEqual(map);
      else expect(() => checkIdMappings(map, 'map')).toThrow('twice');
    }),
    { numRuns: 1000 },
  );
});
