import { describe, expect, test } from 'vitest';
import { mayNameMount, mountsListed } from './mountinfo.ts';

const line = (id: number, parent: number, point: string) =>
  `${id} ${parent} 0:${id} / ${point} rw,relatime shared:1 - tmpfs tmpfs rw\n`;

describe('the mounts that stand against a deletion', () => {
  test.each([
    ['none', line(1, 0, '/'), []],
    ['below', line(1, 0, '/') + line(2, 1, '/x/web/m'), ['/x/web/m']],
    ['at the path', line(1, 0, '/') + line(2, 1, '/x/web'), ['/x/web']],
    ['beside, beginning with the same name', line(1, 0, '/') + line(2, 1, '/x/web-2'), []],
    ['on the directory that holds it', line(1, 0, '/') + line(2, 1, '/x'), []],
    [
      'one on another',
      line(1, 0, '/') + line(2, 1, '/x/web/m') + line(3, 2, '/x/web/m/n'),
      ['/x/web/m', '/x/web/m/n'],
    ],
    ['twice at one point', line(1, 0, '/') + line(2, 1, '/x/web') + line(3, 2, '/x/web'), ['/x/web']],
    ['below one that a later mount hides', line(1, 0, '/') + line(2, 1, '/x/web/m') + line(3, 1, '/x'), []],
    [
      'below one that a later mount hides, and in that one',
      line(1, 0, '/') + line(2, 1, '/x/web/m') + line(3, 1, '/x') + line(4, 3, '/x/web/n'),
      ['/x/web/n'],
    ],
    [
      'below one that a mount of the whole root hides',
      line(1, 0, '/') + line(2, 1, '/x/web/m') + line(3, 1, '/'),
      [],
    ],
    ['without a root that is seen, as after chroot', line(2, 1, '/x/web/m'), ['/x/web/m']],
    ['with a root that is its own parent', line(1, 1, '/') + line(2, 1, '/x/web/m'), ['/x/web/m']],
    ['with blanks in the name', line(1, 0, '/') + line(2, 1, '/x/web/a\\040b\\134c'), ['/x/web/a b\\c']],
  ])('%s', (_, mountinfo, mounts) => {
    expect(mountsListed(mountinfo, '/x', 'web')).toEqual(mounts);
  });

  test('a target in the root directory', () => {
    expect(mountsListed(line(1, 0, '/') + line(2, 1, '/web/m'), '/', 'web')).toEqual(['/web/m']);
  });
});

test.each([
  ['web', true],
  ['m', true],
  ['we', false],
  ['eb', false],
  ['a b', true],
  ['a', false],
])('a look at the text tells that %j may be a mount: %s', (name, may) => {
  expect(mayNameMount(line(1, 0, '/') + line(2, 1, '/x/web/m') + line(3, 1, '/a\\040b'), name)).toBe(may);
});
