import { chmodSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { runsProgram } from './program-at-work.ts';

/** A process, and its arguments once it is the program. */
async function started(file: string, args: readonly string[]) {
  const child = execa(file, args, { reject: false });
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = Number(child.pid);
  const read = () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  await expect.poll(() => read().includes(args.at(-1) ?? '')).toBe(true);
  return { pid, args: read() };
}

describe('a process', () => {
  needs('linux');

  test('runs the program that the kernel says, not one that its arguments name', async () => {
    const sleep = realpathSync('/bin/sleep');
    const { pid, args } = await started('sleep', ['600']);
    expect(runsProgram(pid, sleep, args)).toBe(true);
    const liar = await started('python3', ['-c', 'import time; time.sleep(600)', sleep]);
    expect(runsProgram(liar.pid, sleep, liar.args)).toBe(false);
  });

  test('runs a script by what interprets it, also when that has been removed', async () => {
    const script = path.join(await tempDir(), 'runtime');
    writeFileSync(script, '#!/bin/sh\nread line\n');
    chmodSync(script, 0o755);
    const { pid, args } = await started(script, ['delete']);
    expect(runsProgram(pid, realpathSync(script), args)).toBe(true);
    rmSync(script);
    expect(runsProgram(pid, script, args)).toBe(true);
  });

  test('that has ended runs none', () => {
    expect(runsProgram(4_194_305, '/bin/sleep', [])).toBe(false);
  });
});
