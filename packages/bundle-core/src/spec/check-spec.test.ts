import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultSpec } from '../default-spec/default-spec.ts';
import { checkSpec } from './check-spec.ts';
import { parseSpec } from './parse-spec.ts';
import type { Spec } from './spec.ts';

const sound = JSON.stringify(defaultSpec({ args: ['echo', 'hello'] }));
const filter = JSON.stringify(JSON.parse(sound).linux.seccomp);

/** What comes of it, but for filters: which of them is known depends on all that was checked before. */
function outcome(check: (text: string) => Spec, text: string): unknown {
  const withoutFilters = (key: string, value: unknown) => {
    if (key === 'seccomp' && typeof value === 'object') return undefined;
    return typeof value === 'bigint' ? `${value}n` : value;
  };
  try {
    return JSON.stringify(check(text), withoutFilters);
  } catch (error) {
    const { code, message, field } = error as Record<string, unknown>;
    return { code, message, field };
  }
}

describe('a spec whose filter was seen before', () => {
  test('is told with what it has besides', () => {
    checkSpec(sound);
    const other = sound.replace('"hello"', '"goodbye"');
    expect(checkSpec(other)).toMatchObject({
      process: { args: ['echo', 'goodbye'] },
      linux: { seccomp: { '': 0 } },
    });
  });

  test('is refused where any other would be, for the same reason', () => {
    checkSpec(sound);
    const piece = fc.oneof(
      fc.constantFrom(filter, '"', '\\', '{"', '"}', ',', ':', '"seccomp":', '1e400', '{"":0}', 'x'),
      fc.nat(sound.length - 1).map((start) => sound.slice(start, start + 20)),
    );
    const change = fc.tuple(fc.nat(sound.length), fc.nat(30), piece);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let text = sound;
        for (const [start, length, instead] of changes)
          text = text.slice(0, start) + instead + text.slice(start + length);
        expect(outcome(checkSpec, text)).toEqual(outcome(parseSpec, text));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['as it was', (text: string) => text],
    ['within a string', (text: string) => text.replace('"hello"', `"${filter}"`)],
    ['in the place of a key', (text: string) => text.replace('"hostname"', filter)],
    ['twice', (text: string) => text.replace('"linux":', `"other":{"seccomp":${filter}},"linux":`)],
    ['with a number beyond 64 bits beside it', (text: string) => `${text.slice(0, -1)},"x":1e400}`],
  ])('and stands %s is judged like any other', (_, change) => {
    checkSpec(sound);
    expect(outcome(checkSpec, change(sound))).toEqual(outcome(parseSpec, change(sound)));
  });

  test('may hold a filter with numbers that only a bigint can hold', () => {
    const args = '[{"index":0,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]';
    const text = `{"ociVersion":"1.0.2","linux":{"seccomp":{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","args":${args}}]}}}`;
    for (let time = 0; time < 2; time += 1) expect(checkSpec(text)).toEqual(parseSpec(text));
  });
});
