import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventExchangeError } from '../errors.ts';
import { parseFilters } from './parse-filters.ts';

const subject = (fields: Readonly<Record<string, string>>) => ({
  field: (path: readonly string[]) => fields[path.join('.')],
});

const failure = (position: number) => expect.objectContaining({ code: 'ERR_EVENT_FILTER', position });

describe('any text', () => {
  const part = fc.constantFrom(
    'topic',
    'event',
    '.',
    '==',
    '~=',
    '"',
    '/',
    '|',
    '\\',
    ',',
    '(',
    '[',
    '{2}',
    '*',
    '\0',
    ' ',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.integer({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
    fc.array(part, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }).map((pattern) => `topic~=${pattern}`),
  );

  test('is a filter that answers, or fails at a position within it', () => {
    fc.assert(
      fc.property(text, fc.string(), (filter, topic) => {
        try {
          expect(parseFilters([filter])(subject({ topic }))).toBeTypeOf('boolean');
        } catch (error) {
          if (!(error instanceof EventExchangeError)) throw error;
          expect(error).toMatchObject({ code: 'ERR_EVENT_FILTER', filter });
          expect(error.position).toBeGreaterThanOrEqual(0);
          expect(error.position).toBeLessThanOrEqual(filter.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('equals itself when quoted with the escapes of JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const quoted = JSON.stringify(value).replaceAll('\ufffd', '\\ufffd');
        expect(parseFilters([`topic==${quoted}`])(subject({ topic: value }))).toBe(true);
        expect(parseFilters([`topic!=${quoted}`])(subject({ topic: value }))).toBe(false);
      }),
    );
  });

  test('matches itself when its characters are written by their numbers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const pattern = Array.from(value, (char) => `\\x{${char.codePointAt(0)?.toString(16)}}`).join('');
        expect(
          parseFilters([`topic~="^${pattern.replaceAll('\\', '\\\\')}$"`])(subject({ topic: value })),
        ).toBe(true);
      }),
    );
  });
});

describe('a value that begins with a slash', () => {
  test.each([
    ['topic==/tasks/exit', '/tasks/exit'],
    ['topic== /tasks/exit', '/tasks/exit'],
    ['topic==/tasks/', '/tasks/'],
    ['topic==/', '/'],
    ['topic==/tasks/exit,event.id!=/a', '/tasks/exit'],
  ])('needs no quotes in %j, as it would in containerd', (filter, topic) => {
    expect(parseFilters([filter])(subject({ topic }))).toBe(true);
    expect(parseFilters([filter])(subject({ topic: `${topic}x` }))).toBe(false);
  });

  test.each([
    ['topic==/tasks /exit', 13],
    ['topic==/tasks,', 14],
    ['topic==|/tasks|', 7],
  ])('ends where any other value ends, in %j', (filter, position) => {
    expect(() => parseFilters([filter])).toThrow(failure(position));
  });
});

describe('hostile filters', () => {
  test.each(['"', '/', '|', '\\', '(', '[', 'a,', 'a.', '"a".', '\\n'])(
    'as long as they may be, of %j, are read at once',
    (unit) => {
      for (const start of ['', 'topic==', 'topic~=', 'topic~="', 'topic~=|']) {
        const filter = (start + unit.repeat(16_384)).slice(0, 16_384);
        try {
          parseFilters([filter]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_EVENT_FILTER' });
        }
      }
    },
  );

  test('that are longer than 16384 characters are refused', () => {
    expect(() => parseFilters([`topic==${'a'.repeat(16_384)}`])).toThrow(failure(16_384));
  });

  test('with an escape beyond all characters are refused, also where Go takes its number for a negative one', () => {
    for (const tooLarge of ['\\U00110000', '\\Uffffffff', '\\400']) {
      expect(() => parseFilters([`topic=="${tooLarge}"`])).toThrow(failure(7));
    }
  });
});
