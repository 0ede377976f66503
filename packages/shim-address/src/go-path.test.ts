import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recorded } from '../test/fixtures/golden-vectors.ts';
import { goClean, goJoin } from './go-path.ts';

const vectors = await recorded();

test('goClean cleans as Go does', () => {
  expect(vectors.clean.map(([dirty]) => [dirty, goClean(dirty)])).toEqual(vectors.clean);
});

test('goJoin joins as Go does', () => {
  expect(vectors.join.map(([parts]) => [parts, goJoin(...parts)])).toEqual(vectors.join);
});

const part = fc.constantFrom(
  '',
  '.',
  '..',
  '...',
  '/',
  '//',
  'a',
  'b.c',
  '.d',
  'é',
  '\0',
  'x/y',
  '../',
  './',
);
const dirtyPath = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));

test('Node cleans the same, but for a trailing slash, which Go drops', () => {
  fc.assert(
    fc.property(dirtyPath, (dirty) => {
      expect(goClean(dirty)).toBe(path.posix.normalize(dirty).replace(/(.)\/$/s, '$1'));
    }),
    { numRuns: 2000 },
  );
});

test('cleaning what is clean changes nothing', () => {
  fc.assert(fc.property(dirtyPath, (dirty) => goClean(goClean(dirty)) === goClean(dirty)));
});

test('joining is cleaning what stands between slashes, except that nothing stays nothing', () => {
  expect(goJoin()).toBe('');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const present = parts.filter((text) => text !== '');
      expect(goJoin(...parts)).toBe(present.length === 0 ? '' : goClean(present.join('/')));
    }),
  );
});
