import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMountOptions } from './mount-options.ts';

const BIND = 0x1000;
const REC = 0x4000;

test('options become flags, propagations, and data that only the file system understands', () => {
  expect(parseMountOptions(['rbind', 'ro', 'nosuid', 'rprivate', 'size=4k', 'mode=700'])).toEqual({
    flags: BIND | REC | 1 | 2,
    propagations: [REC | (1 << 18)],
    data: ['size=4k', 'mode=700'],
    loop: false,
  });
});

test('a later option wins over an earlier one', () => {
  expect(parseMountOptions(['ro', 'rw']).flags).toBe(0);
  expect(parseMountOptions(['rw', 'ro']).flags).toBe(1);
});

test('a recursive propagation does not make the mount itself recursive, nor the other way round', () => {
  expect(parseMountOptions(['bind', 'rslave'])).toMatchObject({
    flags: BIND,
    propagations: [REC | (1 << 19)],
  });
  expect(parseMountOptions(['rbind', 'slave'])).toMatchObject({
    flags: BIND | REC,
    propagations: [1 << 19],
  });
});

test.each([
  'async,sync',
  'atime,noatime',
  'dev,nodev',
  'diratime,nodiratime',
  'exec,noexec',
  'nomand,mand',
  'norelatime,relatime',
  'nostrictatime,strictatime',
  'rw,ro',
  'suid,nosuid',
])('of %s the one undoes the other', (pair) => {
  const [clear = '', set = ''] = pair.split(',');
  expect(parseMountOptions([set]).flags).not.toBe(0);
  expect(parseMountOptions([set, clear])).toEqual(parseMountOptions([]));
});

test('words that say nothing are left out', () => {
  expect(parseMountOptions(['defaults', ''])).toEqual(parseMountOptions([]));
});

test('whatever is no known option is kept as it is, in its order', () => {
  const unknown = fc.string({ minLength: 1 }).map((text) => `x-${text}`);
  fc.assert(
    fc.property(fc.array(unknown), (options) => {
      expect(parseMountOptions(options)).toEqual({ ...parseMountOptions([]), data: options });
    }),
  );
});
