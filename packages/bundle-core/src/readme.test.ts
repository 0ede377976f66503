import { expect, test } from 'vitest';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

test('the usage in the README does what it says', async () => {
  const run = await runReadmeUsage(new URL('../README.md', import.meta.url));
  expect(run).toEqual({
    stdout: ['true true SCMP_ACT_ERRNO', "[ 'config.json', 'rootfs' ]", "[ 'web' ]", '[]'].join('\n'),
    stderr: '',
    exitCode: 0,
  });
});
