import { expect, test } from 'vitest';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

test('the README has a usage example that runs a command line', async () => {
  const { stdout, stderr, exitCode } = await runReadmeUsage(new URL('../README.md', import.meta.url));
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toContain("complete -c shimwright -a '(__shimwright)'");
});
