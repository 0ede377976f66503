import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { BundleError } from './errors.ts';
import { mappedRoot } from './mapped-root.ts';
import type { Spec } from './spec/spec.ts';

test('the group is the one containerd finds, and what it refuses is refused', async () => {
  const file = new URL('../test/golden-vectors.json', import.meta.url);
  const { mappedGroups } = JSON.parse(await readFile(file, 'utf8')) as {
    mappedGroups: [string, number | null][];
  };
  const groupIn = (spec: string) => {
    try {
      return mappedRoot(JSON.parse(spec)).gid;
    } catch (error) {
      if (error instanceof BundleError && error.code === 'ERR_BUNDLE_SPEC') return null;
      throw error;
    }
  };

  expect(mappedGroups.map(([spec]) => [spec, groupIn(spec)])).toEqual(mappedGroups);
});

test('user and group are found each in its own map', () => {
  const spec: Spec = {
    ociVersion: '1.0.2',
    linux: {
      uidMappings: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
      gidMappings: [
        { containerID: 5, hostID: 5, size: 1 },
        { containerID: 0, hostID: 200_000, size: 5 },
      ],
    },
  };
  expect(mappedRoot(spec)).toEqual({ uid: 100_000, gid: 200_000 });
});

test('what the kernel would refuse is refused here, with its place in the spec', () => {
  const twice = [
    { containerID: 0, hostID: 1, size: 1 },
    { containerID: 0, hostID: 2, size: 1 },
  ];
  expect(() => mappedRoot({ ociVersion: '1.0.2', linux: { uidMappings: twice } })).toThrow(
    expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field: 'linux.uidMappings' }),
  );
});

test.each([null, [], 'spec', 7])('%j is no spec', (spec) => {
  expect(() => mappedRoot(spec as unknown as Spec)).toThrow('no JSON object');
});
