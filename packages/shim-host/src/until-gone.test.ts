import { identify, isRunning } from '@shimwright/linux-native';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { untilGone } from './until-gone.ts';

describe('a process identity', () => {
  needs('linux');

  test('is that of a running process, whatever its name', async () => {
    // The name stands in parentheses in /proc/PID/stat, unescaped.
    const odd = execa('bash', ['-c', 'echo -n ") Z 1 2 (" >/proc/$BASHPID/comm; echo; exec -a x cat'], {
      reject: false,
    });
    onTestFinished(() => void odd.kill());
    const identity = identify(Number(odd.pid));
    expect(identity).toMatchObject({ pid: odd.pid, startTime: expect.stringMatching(/^[0-9]+$/) });
    expect(identity && isRunning(identity)).toBe(true);
  });

  test('is not mistaken for that of an earlier process with the same id', () => {
    expect(isRunning({ pid: process.pid, startTime: '1' })).toBe(false);
  });

  test('is none for an id that nobody has', () => {
    expect(identify(4_194_305)).toBeUndefined();
  });

  test('a zombie has ended', async () => {
    // The shell is stopped before it can wait for its child.
    const shell = execa('sh', ['-c', 'true & echo $!; kill -STOP $$'], { reject: false });
    onTestFinished(() => void shell.kill('SIGKILL'));
    const [line] = await shell
      .iterable()
      [Symbol.asyncIterator]()
      .next()
      .then(({ value }) => [value]);
    const identity = { pid: Number(line), startTime: '0' };
    await untilGone(identity);
    expect(identify(Number(line))).toBeUndefined();
  });

  test('untilGone resolves when the process ends, or rejects when it is given up', async () => {
    const child = execa('sleep', ['600'], { reject: false });
    const identity = identify(Number(child.pid));
    if (!identity) return expect.unreachable();
    await expect(untilGone(identity, AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'AbortError' });
    child.kill('SIGKILL');
    await untilGone(identity);
    await child;
  });
});
