import { describe, expect, test } from 'vitest';
import { goldenVectors } from '../../../tools/golden-vectors/golden-vectors.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { recorded } from './fixtures/golden-vectors.ts';

describe('the recorded answers', () => {
  needs('command go');

  test('are still what containerd’s own code answers', async () => {
    expect(await goldenVectors('shim-address')).toEqual(await recorded());
  });
});
