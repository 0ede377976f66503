import { constants } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signalNumber, validCommand, validId, validPath } from './validate.ts';

test('what passes as an id is one word, no option, and stays in its directory', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        validId(text);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_RUNTIME_ARGUMENT' });
        return;
      }
      expect(text).toMatch(/^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$/);
      expect(validPath(`/run/${text}`, 'it')).toBe(`/run/${text}`);
    }),
  );
});

test.each(['web', 'a', '0', '_', '+x', '.hidden', 'a..b', 'A-1_2+3.4', 'x'.repeat(255)])(
  '%s is an id',
  (id) => {
    expect(validId(id)).toBe(id);
  },
);

test('signals go by their numbers', () => {
  for (const [name, number] of Object.entries(constants.signals)) {
    expect(signalNumber(name as NodeJS.Signals)).toBe(String(number));
    expect(signalNumber(number)).toBe(String(number));
  }
});

test('a path is absolute, and so never an option', () => {
  expect(validPath('-x', 'it')).toBe(`${process.cwd()}/-x`);
});

test('only the first word of a command may not begin with a dash', () => {
  expect(validCommand(['ls', '-l', '--'])).toEqual(['ls', '-l', '--']);
  expect(() => validCommand(['-l'])).toThrow('taken for an option');
});
