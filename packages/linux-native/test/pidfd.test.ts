import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { release } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { exitOfPidfd, openPidfd, signalPidfd } from '../src/pidfd.ts';
import { watchReadable } from '../src/watch.ts';
import { descriptorFlags, O_CLOEXEC } from './descriptor-flags.ts';

// Since Linux 6.15 the kernel keeps how a process ended for those who hold a pidfd of it.
const [major = 0, minor = 0] = release().split('.').map(Number);
const isExitKept = major > 6 || (major === 6 && minor >= 15);

function started(...command: readonly [string, ...string[]]) {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const fd = openPidfd(child.pid ?? 0);
  onTestFinished(() => closeSync(fd));
  return { child, fd };
}

describe('a pidfd', () => {
  needs('linux');

  test('takes a signal to its process, and nobody else once that is reaped', async () => {
    const { child, fd } = started('cat');
    expect(descriptorFlags(fd) & O_CLOEXEC).toBe(O_CLOEXEC);
    signalPidfd(fd, 0);
    signalPidfd(fd, 15);
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
    expect(() => signalPidfd(fd, 15)).toThrow(
      expect.objectContaining({ code: 'ESRCH', syscall: 'pidfd_send_signal' }),
    );
  });

  test('knows how its process ended, although another has reaped it, where the kernel keeps that', async () => {
    const { child, fd } = started('sh', '-c', 'read line; exit 7');
    expect(exitOfPidfd(fd)).toBeUndefined();
    child.stdin?.end('go\n');
    await once(child, 'exit');
    expect(exitOfPidfd(fd)).toEqual(isExitKept ? { status: 7 } : undefined);

    const killed = started('cat');
    signalPidfd(killed.fd, 9);
    await once(killed.child, 'exit');
    expect(exitOfPidfd(killed.fd)).toEqual(isExitKept ? { status: 137, signal: 9 } : undefined);
  });

  test('knows that of a process which was never a child of this one', async () => {
    const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; wait'], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const fd = openPidfd(Number(await once(parent.stdout ?? expect.unreachable(), 'data')));
    onTestFinished(() => closeSync(fd));
    signalPidfd(fd, 15);
    await once(parent, 'exit'); // once it has reaped its child
    expect(exitOfPidfd(fd)).toEqual(isExitKept ? { status: 143, signal: 15 } : undefined);
  });

  test('calls back when its process ends', async () => {
    const { child, fd } = started('cat');
    const ended = new Promise<void>((resolve) => {
      const watch = watchReadable(fd, () => {
        watch.close();
        resolve();
      });
    });
    child.stdin?.end();
    await ended;
  });

  test('cannot be had of a process that is gone', async () => {
    const { child } = started('true');
    await once(child, 'exit');
    expect(() => openPidfd(child.pid ?? 0)).toThrow(
      expect.objectContaining({ code: 'ESRCH', syscall: 'pidfd_open' }),
    );
  });
});
