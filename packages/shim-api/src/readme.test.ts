import { expect, test } from 'vitest';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

test('the usage in the README does what it says', async () => {
  expect(await runReadmeUsage(new URL('../README.md', import.meta.url))).toEqual({
    stdout: [
      '7',
      'web RUNNING 0',
      'containerd.events.TaskExit 137 2021-03-04T05:06:07.123Z',
      'types.containerd.io/opencontainers/runtime-spec/1/Process',
      'containerd.task.v3.Task 3n',
    ].join('\n'),
    stderr: '',
    exitCode: 0,
  });
});
