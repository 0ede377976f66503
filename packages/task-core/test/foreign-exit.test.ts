import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';

const WATCH = path.join(import.meta.dirname, 'fixtures/foreign-exit.ts');
const WITHOUT_INFO = path.join(import.meta.dirname, '../../../tools/chaos/keeper/without-pidfd-info.cjs');

/** A process that has ended with 7, and that its parent does not reap. */
async function zombie(): Promise<number> {
  const script = 'my $pid = fork // die; exit 7 unless $pid; $| = 1; print "$pid\n"; sleep 600;';
  const parent = spawn('perl', ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(parent, 'exit');
  onTestFinished(async () => {
    parent.kill('SIGKILL');
    await ended;
  });
  const [said] = await once(parent.stdout, 'data');
  return Number(said);
}

describe('how a process ended that is another’s child, where only the kernel’s list of processes tells it', () => {
  needs('linux', 'root', 'command perl', 'command setpriv');

  // Who may not trace processes finds a 0 there in the place of every status.
  const withoutRight = ['setpriv', '--bounding-set', '-sys_ptrace', '--inh-caps', '-all'];

  test.each([
    ['is read with the right to', ['env'], { status: 7, isUnknown: false }],
    ['is unknown without CAP_SYS_PTRACE, and not 0', withoutRight, { status: 137, isUnknown: true }],
  ])('%s', async (_, [command = '', ...args], expected) => {
    const node = [process.execPath, '--conditions=@shimwright/source', '--require', WITHOUT_INFO, WATCH];
    const { stdout } = await execa(command, [...args, ...node, String(await zombie())]);
    expect(JSON.parse(stdout)).toEqual(expected);
  });
});
