import { describe, expect, test } from 'vitest';
import { needs } from '../testing/needs.ts';
import { soak } from './soak.ts';

describe('chaos', () => {
  needs('linux', 'root', 'command containerd-shim', 'command runc');

  test('leaves nothing behind, and each exit is reported once', async () => {
    const seed = Date.now() % 1_000_000;
    const { problems, descriptors, deeds, started } = await soak({ rounds: 10, seed });
    console.log(`seed ${seed}:`, deeds, `${started} containers`);
    expect({ seed, problems, descriptors }).toEqual({ seed, problems: [], descriptors: 0 });
    expect(Object.values(deeds)).toEqual([2, 2, 2, 2, 2]);
  });
});
