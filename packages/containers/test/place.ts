import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { makeBusyboxRootfs } from '../../../tools/examples/busybox-rootfs.ts';
import { leftovers, removeLeftovers, untilNothingIsLeft } from '../../../tools/leftovers.ts';
import { get, list } from '../src/index.ts';

// What runs after the last container of a test would look like something it has left.
process.env['SHIMWRIGHT_LINGER_MS'] = '500';

/** A place for the containers of the tests of one file, and a root directory of busybox for them. */
export interface TestPlace {
  readonly place: Record<'stateDir' | 'dataDir' | 'namespace', string>;
  readonly rootfs: string;
  readonly base: string;
  /** The files that containers have left; a container that is there has some. */
  left(): Promise<string[]>;
}

/** Made before the first test of the `describe` and gone after the last, which fails if anything is left. */
export function testPlace(): TestPlace {
  let base = '';
  const below = (name: string) => path.join(base, name);
  const place = {
    get stateDir() {
      return below('state');
    },
    get dataDir() {
      return below('data');
    },
    get namespace() {
      return path.basename(base);
    },
  };
  beforeAll(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'containers-test-'));
    await makeBusyboxRootfs(below('rootfs'));
  });
  afterAll(async () => {
    if (base === '') return; // what the tests need is missing
    for (const { id } of await list(place)) await (await get(id, place)).remove();
    await untilNothingIsLeft(place.namespace);
    const left = leftovers(place.namespace);
    await removeLeftovers(place.namespace, base);
    expect(left).toEqual([]);
  });
  const namesIn = (directory: string) => readdir(directory).catch(() => []);
  return {
    get place() {
      return { ...place };
    },
    get rootfs() {
      return below('rootfs');
    },
    get base() {
      return base;
    },
    left: async () => [
      ...(await namesIn(path.join(place.stateDir, 'bundles', place.namespace))).filter(
        (name) => name !== '.recorder',
      ),
      ...(await namesIn(path.join(place.dataDir, 'containers', place.namespace))),
    ],
  };
}
