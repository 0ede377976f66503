import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

describe('the README', () => {
  needs('linux', 'root', 'command runc');

  test('has a usage example that finds and cleans what was left', async () => {
    const { stdout, stderr, exitCode } = await runReadmeUsage(new URL('../README.md', import.meta.url));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.split('\n').filter(Boolean)).toEqual([
      'forgotten orphan-bundle',
      'orphan-bundle true',
      '0',
    ]);
  });
});
