import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';

const FIXTURE = path.join(import.meta.dirname, 'fixtures/run-when-full.ts');

describe('a program that is waited for', () => {
  needs('linux', 'command prlimit');

  test('is known to have ended also by a process that has no descriptor left to watch it', async () => {
    const node = [process.execPath, '--conditions=@shimwright/source', FIXTURE];
    const { stdout } = await execa('prlimit', ['--nofile=64', ...node]);
    expect(JSON.parse(stdout)).toEqual({ exitCode: 3, signal: null });
  });
});
