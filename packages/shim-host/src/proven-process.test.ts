import { rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { atomicDelete } from '@shimwright/fs-atomic';
import { identify, isRunning } from '@shimwright/linux-native';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { isTrustedProcess, signalProcess, workerIn } from './proven-process.ts';
import { untilGone } from './until-gone.ts';

function sleeper(cwd: string, options: { readonly uid?: number } = {}) {
  const child = execa('sleep', ['600'], { cwd, reject: false, ...options });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, pid: Number(child.pid) };
}

describe('a process', () => {
  needs('linux');

  test('is proven by the directory that it works in, also when that has been deleted', async () => {
    const [cwd, other] = [await tempDir({ bundle: {} }), await tempDir()];
    const bundle = path.join(cwd, 'bundle');
    const { pid } = sleeper(bundle);
    symlinkSync(bundle, path.join(other, 'link'));
    expect(workerIn(bundle, pid)).toEqual(identify(pid));
    expect(workerIn(path.join(other, 'link'), pid)).toEqual(identify(pid));
    expect(workerIn(other, pid)).toBeUndefined();
    rmSync(bundle, { recursive: true });
    expect(workerIn(bundle, pid)).toEqual(identify(pid));
  });

  test('is proven by a directory that is being deleted, under its hidden name', async () => {
    const bundle = path.join(await tempDir({ bundle: {} }), 'bundle');
    const { pid } = sleeper(bundle);
    await atomicDelete(bundle);
    expect(workerIn(bundle, pid)).toEqual(identify(pid));
    expect(workerIn(`${bundle}2`, pid)).toBeUndefined();
  });

  test('that has ended works nowhere', async () => {
    const cwd = await tempDir();
    const { child, pid } = sleeper(cwd);
    child.kill('SIGKILL');
    await child;
    expect(workerIn(cwd, pid)).toBeUndefined();
    expect(isTrustedProcess(pid)).toBe(false);
  });

  test('is signalled as the one it is, and no later one of its id is', async () => {
    const { child, pid } = sleeper('/');
    const identity = identify(pid);
    if (!identity) return expect.unreachable();
    expect(signalProcess({ ...identity, startTime: '1' }, 'SIGKILL')).toBe(false);
    expect(isRunning(identity)).toBe(true);
    expect(signalProcess(identity, 'SIGKILL')).toBe(true);
    await child;
    await untilGone(identity);
    expect(signalProcess(identity, 'SIGKILL')).toBe(false);
  });
});

describe('a process of another user', () => {
  needs('linux', 'root');

  test('is nobody, wherever it works', () => {
    const { pid } = sleeper('/', { uid: 65534 });
    expect(isTrustedProcess(pid)).toBe(false);
    expect(workerIn('/', pid)).toBeUndefined();
  });
});
