import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

// The process of our own shim waits for further containers; it is not to stay behind the test.
process.env['SHIMWRIGHT_LINGER_MS'] = '200';

describe('the README', () => {
  needs('linux', 'root', 'command runc');

  test('has a usage example that runs a container', async () => {
    const { stdout, stderr, exitCode } = await runReadmeUsage(new URL('../README.md', import.meta.url));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.split('\n').filter(Boolean)).toEqual(['hello from a container', '0']);
  });
});
