import { expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

needs('linux', 'root', 'command skopeo', 'command umoci', 'command busybox');

test('the usage in the README does what it says', async () => {
  expect(await runReadmeUsage(new URL('../README.md', import.meta.url))).toEqual({
    stdout: [
      "docker.io/library/hello:latest [ 'sh' ]",
      '{ uid: 0, gid: 0 } GREETING=hello',
      "[ 'bin', 'note' ]",
      '1',
    ].join('\n'),
    stderr: '',
    exitCode: 0,
  });
});
