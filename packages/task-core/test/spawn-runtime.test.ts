import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OciRuntime } from '@shimwright/oci-runtime';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { spawnRuntime } from '../src/spawn-runtime.ts';

async function fake(script: string) {
  const command = path.join(await tempDir(), 'runtime');
  await writeFile(command, `#!/bin/sh\n${script}\n`);
  await chmod(command, 0o755);
  return new OciRuntime({ command, spawn: spawnRuntime });
}

describe('a runtime started without a copy of this process', () => {
  needs('linux');

  test('has its output collected', async () => {
    const runtime = await fake('echo "[]"');
    expect(await runtime.list()).toEqual([]);
  });

  test('fails in its own words', async () => {
    const runtime = await fake('echo "no such thing" >&2; exit 3');
    await expect(runtime.list()).rejects.toMatchObject({
      code: 'ERR_RUNTIME_FAILED',
      exitCode: 3,
      message: expect.stringContaining('no such thing'),
    });
  });

  test('is known to have been ended by a signal', async () => {
    const runtime = await fake('kill -TERM $$');
    await expect(runtime.list()).rejects.toMatchObject({ exitSignal: 'SIGTERM' });
  });

  test('is ended when the call is aborted', async () => {
    const runtime = await fake('sleep 600');
    await expect(runtime.list({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test('is ended when it prints without end', async () => {
    const runtime = await fake('yes');
    await expect(runtime.list()).rejects.toMatchObject({ code: 'ERR_RUNTIME_OUTPUT' });
  });

  test('that cannot be started is an error', async () => {
    const command = path.join(await tempDir(), 'runtime');
    await writeFile(command, 'neither a script nor a program', { mode: 0o755 });
    await expect(new OciRuntime({ command, spawn: spawnRuntime }).list()).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_RUNTIME_/),
      cause: { code: 'ENOEXEC' },
    });
  });
});
