import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

describe('the README', () => {
  needs('linux', 'root', 'command runc');

  test('has a usage example that does what it says', async () => {
    const run = await runReadmeUsage(new URL('../README.md', import.meta.url));
    expect(run).toEqual({ stdout: 'create\nstart\nexit\n3\ndelete', stderr: '', exitCode: 0 });
  });
});
