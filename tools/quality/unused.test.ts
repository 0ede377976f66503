import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { ROOT } from '../packed/workspace-packages.ts';

test('no file, export or dependency is unused, and none is missing', async () => {
  expect(await knip()).toBe('');
});

test('what the packages depend on is used by their own code, not by their tests alone', async () => {
  expect(
    await knip(
      '--production',
      '--strict',
      '--include',
      'dependencies,unlisted,unresolved',
      '--workspace',
      'packages/*',
    ),
  ).toBe('');
});

/** What knip finds, or nothing. */
async function knip(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await execa(
    'knip',
    ['--config', 'tools/knip.jsonc', '--no-progress', '--no-config-hints', ...args],
    { cwd: ROOT, preferLocal: true, localDir: path.join(ROOT, 'tools'), reject: false },
  );
  return exitCode === 0 ? '' : `${stdout}${stderr}`;
}
