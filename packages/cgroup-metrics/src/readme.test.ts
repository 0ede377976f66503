import { expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

needs('linux');

test('the usage in the README does what it says', async () => {
  expect(await runReadmeUsage(new URL('../README.md', import.meta.url))).toEqual({
    stdout: 'bigint\ntrue true',
    stderr: '',
    exitCode: 0,
  });
});
