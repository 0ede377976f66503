import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { runReadmeUsage } from '../../../tools/testing/readme.ts';

process.env['SHIMWRIGHT_LINGER_MS'] = '0'; // its directory is gone at its end

describe('the README', () => {
  needs('linux', 'root', 'command runc', 'command skopeo', 'command umoci', 'command busybox');

  test('has a usage example that runs a command, and a container that stays', async () => {
    const { stdout, stderr, exitCode } = await runReadmeUsage(new URL('../README.md', import.meta.url));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.split('\n')).toEqual(['hello', 'ready', '3', "[ 'web running' ]", 'SIGKILL']);
  });
});
