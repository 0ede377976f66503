import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { findCgroup } from './cgroup.ts';

describe('findCgroup', () => {
  needs('linux');

  test('finds the root of every hierarchy', () => {
    const directories = findCgroup('/');
    expect(directories.length).toBeGreaterThan(0);
    expect(directories.every((directory) => directory.startsWith('/sys/fs/cgroup'))).toBe(true);
  });

  test('never climbs out of the hierarchies', () => {
    expect(findCgroup('../../..')).toEqual(findCgroup('/'));
  });

  test('a cgroup that no hierarchy has is an error', () => {
    expect(() => findCgroup('/no/such')).toThrow(
      expect.objectContaining({ code: 'ERR_SHIM_CGROUP', path: '/no/such' }),
    );
  });
});
