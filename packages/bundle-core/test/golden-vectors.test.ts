import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { goldenVectors } from '../../../tools/golden-vectors/golden-vectors.ts';
import { needs } from '../../../tools/testing/needs.ts';

describe('the recorded answers', () => {
  needs('command go');

  test('are still what containerd’s own code answers', async () => {
    const recorded = JSON.parse(await readFile(new URL('golden-vectors.json', import.meta.url), 'utf8'));
    expect(await goldenVectors('bundle-core')).toEqual(recorded);
  });
});
