import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test, vi } from 'vitest';
import { needs } from '../testing/needs.ts';
import { DEEDS } from './round.ts';

/** Each deed, and one round more, before which descriptors are counted. */
const ROUNDS = DEEDS.length + 1;

describe('chaos', () => {
  needs('linux', 'root', 'command containerd-shim', 'command runc');

  // Dozens of programs start in turn, which takes a machine under load its time.
  vi.setConfig({ testTimeout: 300_000 });

  // In a process of its own, whose descriptors are counted.
  test('leaves nothing behind, and each exit is reported once', async () => {
    const seed = Date.now() % 1_000_000;
    const main = path.join(import.meta.dirname, 'main.ts');
    const args = ['--conditions=@shimwright/source', main, String(ROUNDS), String(seed)];
    const { all, exitCode } = await execa(process.execPath, args, { reject: false, all: true });
    expect({ all, exitCode }).toEqual({ all: expect.stringContaining(`seed ${seed}`), exitCode: 0 });
    for (const deed of DEEDS) expect(all).toContain(`'${deed}': `);
    console.log(all);
  });
});
