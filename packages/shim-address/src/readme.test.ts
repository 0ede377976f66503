import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

test('the usage in the README does what it says', async () => {
  const run = await runReadmeUsage(new URL('../README.md', import.meta.url));
  const digest = createHash('sha256').update('/run/containerd/containerd.sock/moby/web').digest('hex');
  expect(run).toEqual({
    stdout: [
      `unix:///run/containerd/s/${digest}`,
      '/containerd-shim/moby/web/shim.sock',
      `/run/containerd/s/${digest}`,
    ].join('\n'),
    stderr: '',
    exitCode: 0,
  });
});
