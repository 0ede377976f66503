import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { cgroupDirectories, cgroupDirectoriesOf, joinCgroup } from './cgroups.ts';

describe('the cgroups of a process', () => {
  needs('linux', 'root');

  test('are those in whose lists it is, and it may join them again', () => {
    const own = cgroupDirectoriesOf(process.pid);
    expect(own.length).toBeGreaterThan(0);
    expect(own.every((directory) => existsSync(path.join(directory, 'cgroup.procs')))).toBe(true);
    for (const directory of own) joinCgroup(directory, process.pid);
    expect(cgroupDirectoriesOf(process.pid)).toEqual(own);
  });

  test('are told of none that is gone', () => {
    expect(() => cgroupDirectoriesOf(2 ** 22 - 1)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('have a root in each hierarchy that is mounted here', () => {
    expect(cgroupDirectories('/').length).toBeGreaterThanOrEqual(cgroupDirectoriesOf(process.pid).length);
    expect(cgroupDirectories('/no/such')).toEqual([]);
  });
});
