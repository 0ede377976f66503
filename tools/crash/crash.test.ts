import { describe, expect, test } from 'vitest';
import { needs } from '../testing/needs.ts';
import { interruptAll } from './interrupt-all.ts';

// All is done by `pnpm crash`, which takes most of an hour: there are some thousands of points. Here are enough of them to see each operation
// interrupted at its beginning, in the middle and at its end.
const KILLS = 3;
const FAILURES = 29;
const TIMEOUT_MS = 600_000; // a loaded machine is slow

describe('every operation that changes the disk', () => {
  needs('linux', 'root', 'command strace', 'command containerd-shim', 'command skopeo', 'command umoci');

  test('leaves nothing half done, whichever system call it is killed at', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { killed, problems } = await interruptAll({ kills: KILLS, failures: 'none' });
    console.log(`killed at ${killed} system calls`);
    expect(problems).toEqual([]);
    expect(killed).toBeGreaterThan(100);
  });

  test('tells which system call failed, and takes back what it did', { timeout: TIMEOUT_MS }, async () => {
    const { failed, failing, problems } = await interruptAll({ kills: 'none', failures: FAILURES });
    console.log(`failing at ${failed} of ${failing} points`);
    expect(problems).toEqual([]);
    expect(failed).toBeGreaterThan(100);
  });
});
