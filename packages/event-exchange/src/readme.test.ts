import { expect, test } from 'vitest';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

test('the usage in the README does what it says', async () => {
  expect(await runReadmeUsage(new URL('../README.md', import.meta.url))).toEqual({
    stdout: [
      'ERR_EVENT_FILTER 5',
      'default /tasks/exit 137',
      '2 events were missed, the first of them /tasks/0',
      '/tasks/2',
    ].join('\n'),
    stderr: '',
    exitCode: 0,
  });
});
