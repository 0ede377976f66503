import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { processStat } from '../../linux-native/src/index.ts';
import { sharedProgram } from '../src/index.ts';
import { group } from './shared/group.ts';

const MEANINGLESS = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGPIPE'] as const;

/** The signals that a process catches or ignores, by their numbers. */
function heldSignals(pid: number): bigint {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mask = (name: string) => BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1]}`);
  return mask('SigCgt') | mask('SigIgn');
}

describe('a signal that says nothing to a shim', () => {
  needs('linux', 'root', 'command runc');

  test('ends neither a shared process nor its keeper, and opens no debugger', async () => {
    const the = await group();
    const one = await the.bundle('one');
    const shim = await one.add(sharedProgram());
    await one.create(shim);
    await shim.start({ id: 'one' });
    const { shimPid } = await shim.shimInfo({});
    const keeper = processStat(shimPid)?.parent ?? expect.fail('no keeper');
    // From then on, it takes all of them.
    await expect.poll(() => heldSignals(keeper) & 1n).toBe(1n);
    for (const signal of MEANINGLESS) {
      for (const pid of [shimPid, keeper]) process.kill(pid, signal);
    }
    expect(await shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
    expect(await shim.shimInfo({})).toEqual({ shimPid });
    await shim.kill({ id: 'one', signal: 9 });
    expect(await shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    expect(processStat(keeper)?.state).not.toBe('Z');
    expect(processStat(shimPid)?.parent).toBe(keeper);
    expect(readFileSync(`${the.controlSocket}.log`, 'utf8')).not.toContain('Debugger');
  });
});
