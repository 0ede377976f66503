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

  // Both in one, since which points there are is found out by a trace of each operation.
  test('leaves nothing half done where it is killed, and where a system call fails tells which, and takes back what it did', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { killed, failed, failing, problems } = await interruptAll({ kills: KILLS, failures: FAILURES });
    console.log(`killed at ${killed} system calls, failing at ${failed} of ${failing} points`);
    expect(problems).toEqual([]);
    expect(killed).toBeGreaterThan(100);
    expect(failed).toBeGreaterThan(100);
  });
});
