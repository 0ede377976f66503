import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../../../tools/testing/needs.ts';
import { tempDir } from '../../../../../tools/testing/temp-dir.ts';
import { withoutAny } from '../../../../../tools/testing/without-any.ts';
import { endStrayHolders } from './namespace-holder.ts';

needs('linux');

test('the end of what holds namespaces spares a bystander that works in the bundle', async () => {
  const bundle = await tempDir();
  const bystander = spawn('/bin/sleep', ['600'], { cwd: bundle, stdio: 'ignore' });
  const ended = once(bystander, 'exit');
  onTestFinished(async () => {
    bystander.kill('SIGKILL');
    await ended;
  });
  await once(bystander, 'spawn');
  await endStrayHolders(bundle);
  expect(bystander.kill(0)).toBe(true);
  expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
});

describe('the namespaces of a pod', () => {
  needs('root', 'command unshare');

  test('that the user may not have any more are refused with the words of the kernel, and nothing stays open', async () => {
    const fixture = path.join(import.meta.dirname, '../../../test/fixtures/hold-without-namespaces.ts');
    const [command, ...words] = withoutAny('max_uts_namespaces');
    const node = [process.execPath, '--conditions=@shimwright/source', fixture, await tempDir()];
    const { stdout } = await execa(command, [...words, ...node]);
    const { said, before, after } = JSON.parse(stdout);
    expect(said).toMatch(
      /^FAILED_PRECONDITION: the namespaces of the sandbox cannot be made: .*No space left on device/,
    );
    expect(after).toBe(before);
  });
});
