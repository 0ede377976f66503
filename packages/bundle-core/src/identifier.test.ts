import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BundleError } from './errors.ts';
import { validateIdentifier, validateNamespace } from './identifier.ts';

const isValid = (id: string) => {
  try {
    return validateIdentifier(id) === id;
  } catch (error) {
    if (error instanceof BundleError && error.code === 'ERR_BUNDLE_ID') return false;
    throw error;
  }
};

describe('validateIdentifier', () => {
  test('takes what containerd takes, and nothing else', async () => {
    const file = new URL('../test/golden-vectors.json', import.meta.url);
    const { identifiers } = JSON.parse(await readFile(file, 'utf8')) as { identifiers: [string, boolean][] };

    expect(identifiers.map(([id]) => [id, isValid(id)])).toEqual(identifiers);
  });

  test.each([
    ['', 'must not be empty'],
    ['../x', 'must be ASCII'],
    ['.hidden', 'must be ASCII'],
    ['a/b', 'must be ASCII'],
    ['web\n', 'must be ASCII'],
    ['x'.repeat(77), 'longer than 76'],
  ])('refuses %j, saying why', (id, reason) => {
    expect(() => validateIdentifier(id)).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_ID', message: expect.stringContaining(reason) }),
    );
  });

  test('refuses what is no string, as callers without types may pass it', () => {
    for (const id of [undefined, null, 7, {}, ['web']]) {
      expect(() => validateIdentifier(id as unknown as string)).toThrow('must be a string');
    }
  });

  test('does not repeat a megabyte in its message', () => {
    expect(() => validateIdentifier('x'.repeat(1 << 20))).toThrow(/^.{1,200}$/s);
  });

  test('takes every id that is words joined by single separators', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]{1,9}$/);
    const rest = fc.tuple(fc.constantFrom('.', '_', '-'), word).map((pair) => pair.join(''));
    const id = fc.tuple(word, fc.array(rest, { maxLength: 6 })).map(([first, more]) => first + more.join(''));
    fc.assert(fc.property(id, (valid) => isValid(valid)));
  });

  test('takes only what is one plain path component, whatever the text', () => {
    const corner = fc.constantFrom('.', '..', '/', '-', '_', 'a', 'Z', '0', '\0', '\n', ' ', '\\', 'é');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(corner, { maxLength: 80 }).map((units) => units.join('')),
    );
    fc.assert(
      fc.property(text, (id) => {
        fc.pre(isValid(id));
        expect(path.posix.join('/bundles', id)).toBe(`/bundles/${id}`);
        expect(path.posix.dirname(`/bundles/${id}`)).toBe('/bundles');
        expect(path.win32.basename(id)).toBe(id);
        expect(Buffer.byteLength(id)).toBeLessThanOrEqual(76);
        expect(id).toMatch(/^[^.].*[^.]$|^[^.]$/s);
      }),
      { numRuns: 500 },
    );
  });
});

test('validateNamespace goes by the same rules, under its own code', () => {
  expect(validateNamespace('k8s.io')).toBe('k8s.io');
  expect(() => validateNamespace('../x')).toThrow(
    expect.objectContaining({ code: 'ERR_BUNDLE_NAMESPACE', message: expect.stringContaining('"../x"') }),
  );
});
