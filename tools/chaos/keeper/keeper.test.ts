import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { needs } from '../../testing/needs.ts';
import { playKeeperRounds } from './rounds.ts';

describe('a server of many shims and its keeper', () => {
  needs('linux', 'root', 'command runc');

  vi.setConfig({ testTimeout: 180_000 });

  test.each([
    ['as this kernel tells how processes end', []],
    [
      'where a kernel tells that to parents only',
      ['--require', path.join(import.meta.dirname, 'without-pidfd-info.cjs')],
    ],
  ])('lose nothing when either is killed, in whatever state its containers are, %s', async (_, nodeArgs) => {
    const seed = Date.now() % 1_000_000;
    expect({ seed, problems: await playKeeperRounds({ rounds: 1, seed, nodeArgs, together: true }) }).toEqual(
      {
        seed,
        problems: [],
      },
    );
  });
});
