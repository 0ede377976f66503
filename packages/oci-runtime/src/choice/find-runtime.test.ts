import { chmod } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { findRuntime } from './find-runtime.ts';

async function directoryWith(...names: readonly string[]): Promise<string> {
  const directory = await tempDir(Object.fromEntries(names.map((name) => [name, '#!/bin/sh\n'])));
  for (const name of names) await chmod(`${directory}/${name}`, 0o755);
  return directory;
}

test('runc goes before crun, wherever on the PATH they are', async () => {
  const [crun, runc] = [await directoryWith('crun'), await directoryWith('runc')];
  expect(findRuntime(undefined, `${crun}:${runc}`)).toBe(`${runc}/runc`);
});

test('a name is looked up on the PATH, where only what can be executed counts', async () => {
  const [plain, real] = [await tempDir({ youki: '' }), await directoryWith('youki')];
  expect(findRuntime('youki', `${plain}::${real}`)).toBe(`${real}/youki`);
});

test('a path is taken as it is', async () => {
  const directory = await directoryWith('mine');
  expect(findRuntime(`${directory}/../${directory.split('/').at(-1)}/mine`, '')).toBe(`${directory}/mine`);
});

test('an empty entry of the PATH is not the working directory', async () => {
  const directory = await directoryWith('no-such-runtime');
  const before = process.cwd();
  process.chdir(directory);
  try {
    expect(() => findRuntime('no-such-runtime', ':')).toThrow('is not on the PATH');
  } finally {
    process.chdir(before);
  }
});

test.each([null, 7, 'a\0b'])('%j is no name of a runtime', (name) => {
  expect(() => findRuntime(name as string)).toThrow(
    expect.objectContaining({ code: 'ERR_RUNTIME_ARGUMENT' }),
  );
});

describe('without a name', () => {
  needs('linux', 'command runc');

  test('finds the runtime of the system, even where the PATH lacks its directory', () => {
    expect(findRuntime(undefined, '')).toMatch(/\/s?bin\/runc$/);
  });
});
