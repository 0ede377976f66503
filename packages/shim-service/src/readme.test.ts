import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

describe('the README', () => {
  needs('linux', 'root', 'command runc');

  test('has a usage example that runs a container', async () => {
    const run = await runReadmeUsage(new URL('../README.md', import.meta.url));
    expect(run).toEqual({ stdout: expect.any(String), stderr: '', exitCode: 0 });
    expect(run.stdout.split('\n').toSorted()).toEqual(['/tasks/exit 3', '3']);
  });
});
