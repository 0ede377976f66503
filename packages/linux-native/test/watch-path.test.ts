import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { withoutAny } from '../../../tools/testing/without-any.ts';
import { watchPath } from '../src/index.ts';

const WITHOUT_INOTIFY = withoutAny('max_inotify_instances');

const FIXTURE = path.join(import.meta.dirname, 'fixtures/watch-path.ts');

describe('watchPath', () => {
  needs('linux', 'root', 'command unshare');

  test.each([
    ['by the kernel', []],
    ['by the clock, where the kernel has no watch left', WITHOUT_INOTIFY],
  ])('tells of a change, %s, until it is closed', async (_, [command = 'env', ...words]) => {
    const directory = await tempDir();
    const watching = execa(command, [...words, process.execPath, FIXTURE, directory], { stdin: 'pipe' });
    const seen: string[] = [];
    for await (const line of watching) {
      seen.push(line);
      if (line === 'watching') await writeFile(path.join(directory, 'file'), '');
      else watching.stdin.end();
    }
    expect(seen.slice(0, 2)).toEqual(['watching', 'changed']);
    expect((await watching).exitCode).toBe(0);
  });

  test.each([
    ['by the kernel', []],
    ['by the clock', WITHOUT_INOTIFY],
  ])('keeps no process alive that let it go, %s', async (_, [command = 'env', ...words]) => {
    const directory = await tempDir();
    const { exitCode } = await execa(command, [...words, process.execPath, FIXTURE, directory, 'let go']);
    expect(exitCode).toBe(0);
  });

  test('says that a path is missing', async () => {
    const missing = path.join(await tempDir(), 'missing');
    expect(() => watchPath(missing, () => {})).toThrow(
      expect.objectContaining({ code: 'ENOENT', path: missing }),
    );
  });
});
