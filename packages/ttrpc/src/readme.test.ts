import { expect, test } from 'vitest';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

test('the usage in the README does what it says', async () => {
  expect(await runReadmeUsage(new URL('../README.md', import.meta.url))).toEqual({
    stdout: 'hello, world\nhello, you\nERR_TTRPC_STATUS INVALID_ARGUMENT nothing to say',
    stderr: '',
    exitCode: 0,
  });
});
