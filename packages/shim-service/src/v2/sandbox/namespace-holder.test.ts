import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../../../tools/testing/needs.ts';
import { tempDir } from '../../../../../tools/testing/temp-dir.ts';
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
