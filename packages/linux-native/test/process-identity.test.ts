import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';

const FIXTURE = path.join(import.meta.dirname, 'fixtures/identify-when-full.ts');

describe('a process', () => {
  needs('linux', 'command prlimit');

  test('is known to run also by one that has no descriptor left', async () => {
    const { stdout } = await execa('prlimit', ['--nofile=64', process.execPath, FIXTURE]);
    expect(JSON.parse(stdout)).toEqual([true, true, true]);
  });
});
