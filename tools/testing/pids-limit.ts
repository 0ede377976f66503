import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { cgroupOf } from './cgroup.ts';

/** A limit of how many processes and threads there may be. */
export interface PidsLimit {
  /** How often a process could not be started because of it. */
  readonly refusals: number;
  /** Lets there be as many as they like. */
  lift(): void;
}

/** Lets processes, and those that they start from now on, start no further one: `fork` fails with EAGAIN. They go on after the test. */
export function withoutProcesses(name: string, ...pids: readonly number[]): PidsLimit {
  const [first = process.pid] = pids;
  const before = cgroupOf(first, 'pids').directory;
  const directory = path.join(before, name);
  const file = (each: string) => path.join(directory, each);
  mkdirSync(directory);
  for (const pid of pids) writeFileSync(file('cgroup.procs'), String(pid));
  writeFileSync(file('pids.max'), '0');
  const lift = () => writeFileSync(file('pids.max'), 'max');
  onTestFinished(async () => {
    lift();
    await vi.waitUntil(() => {
      for (const pid of readFileSync(file('cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
        moveQuietly(before, pid);
      }
      return removeQuietly(directory);
    });
  });
  return {
    get refusals() {
      return Number(/^max (\d+)$/m.exec(readFileSync(file('pids.events'), 'latin1'))?.[1]);
    },
    lift,
  };
}

function moveQuietly(cgroup: string, pid: string): void {
  try {
    writeFileSync(path.join(cgroup, 'cgroup.procs'), pid);
  } catch {
    // It has ended.
  }
}

function removeQuietly(cgroup: string): boolean {
  try {
    rmdirSync(cgroup);
    return true;
  } catch {
    return false; // one has just been started there, or ends there
  }
}
