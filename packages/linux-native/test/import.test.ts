import { execaNode } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';

async function importAll(...args: readonly string[]) {
  const { stdout } = await execaNode(`${import.meta.dirname}/fixtures/import-all.ts`, args);
  return JSON.parse(stdout);
}

describe('the native layer', () => {
  needs('linux');

  test('loads koffi with the first call, and not before', async () => {
    const { files, ...seen } = await importAll();
    expect(files).toBeGreaterThan(10);
    expect(seen).toEqual({ imported: false, result: false, called: true });
  });

  test('says so when koffi has no binary for this system', async () => {
    const other = process.arch === 'x64' ? 'arm64' : 'x64'; // whose binary was not installed here
    expect(await importAll('linux', other)).toMatchObject({
      imported: false,
      result: { name: 'NativeError', code: 'ERR_NATIVE_LIBRARY', cause: expect.stringContaining('Koffi') },
      called: false,
    });
  });

  test.each([
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['linux', 's390x'],
  ])('can be imported on %s %s, where a call throws', async (platform, arch) => {
    expect(await importAll(platform, arch)).toMatchObject({
      imported: false,
      result: { name: 'NativeError', code: 'ERR_NATIVE_PLATFORM' },
      called: false,
    });
  });
});
