import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { leftovers, removeLeftovers } from '../leftovers.ts';
import { tempDir } from './temp-dir.ts';

/** Directories for the bundles, shims and containers of one test; all of it is below `base`. */
export interface Sandbox {
  readonly base: string;
  /** In the names of all that the test makes; a cgroup for it is `/TOKEN-…`. */
  readonly token: string;
  readonly state: string;
  readonly root: string;
  readonly socketRoot: string;
  readonly runtimeRoot: string;
  readonly daemonAddress: string;
}

/** A sandbox for one test, which fails if it leaves a process, mount, socket or cgroup behind. */
export async function sandbox(): Promise<Sandbox> {
  const base = await tempDir();
  const token = path.basename(base);
  onTestFinished(async () => {
    // A shim that was ended may have run its publisher just before, which needs some milliseconds.
    await expect
      .poll(() => leftovers(token), { timeout: 5_000 })
      .toEqual([])
      .catch(() => {});
    const left = leftovers(token);
    await removeLeftovers(token, base);
    expect(left).toEqual([]);
  });
  return {
    base,
    token,
    state: path.join(base, 'state'),
    root: path.join(base, 'root'),
    socketRoot: base,
    runtimeRoot: path.join(base, 'runc'),
    daemonAddress: path.join(base, 'daemon.sock'),
  };
}
