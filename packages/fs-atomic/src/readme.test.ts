import { expect, test } from 'vitest';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

test('the usage in the README does what it says', async () => {
  const run = await runReadmeUsage(new URL('../README.md', import.meta.url));
  expect(run).toEqual({
    stdout: ['{"port":80}', "[ 'config.json', 'web' ]", '[]'].join('\n'),
    stderr: '',
    exitCode: 0,
  });
});
