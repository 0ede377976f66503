import { describe, expect, test } from 'vitest';
import { needs } from '../testing/needs.ts';
import { interruptAll } from './interrupt-all.ts';

// All is done by `pnpm crash`; here the calls that fail are a part, since there are some thousands of them.
const ONE_OF = 13;
const TIMEOUT_MS = 600_000; // a loaded machine is slow

describe('every operation that changes the disk', () => {
  needs('linux', 'root', 'command strace', 'command containerd-shim', 'command skopeo', 'command umoci');

  test('leaves nothing half done, whichever system call it is killed at', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { killed, problems } = await interruptAll({ kills: 'some', failures: 'none' });
    console.log(`killed at each of ${killed} system calls`);
    expect(problems).toEqual([]);
    expect(killed).toBeGreaterThan(300);
  });

  test('tells which system call failed, and takes back what it did', { timeout: TIMEOUT_MS }, async () => {
    const { failed, failing, problems } = await interruptAll({ kills: 'none', failures: ONE_OF });
    console.log(`failing at ${failed} of ${failing} points`);
    expect(problems).toEqual([]);
    expect(failed).toBeGreaterThan(300);
  });
});
