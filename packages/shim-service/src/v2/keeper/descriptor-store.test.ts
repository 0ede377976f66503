import { closeSync, openSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../../../tools/testing/needs.ts';
import { socketPair } from '../../../../../tools/testing/socket-pair.ts';
import { DescriptorStore } from './descriptor-store.ts';

const SOCK_SEQPACKET = 5;

/** More than the kernel's own buffer takes, which is what a user without root has. */
const TOO_MANY = 1_000;

/** The keys of what another process would find, whose descriptors are those that were given. */
function keysIn(ends: readonly [number, number]): string[] {
  return new DescriptorStore(ends).restore().map(({ key, descriptors }) => {
    for (const fd of descriptors) {
      expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('/dev/zero');
      closeSync(fd);
    }
    return key;
  });
}

describe('a store of descriptors', () => {
  needs('linux');

  test('that is full gives up what is closed, and keeps the rest for the next process', () => {
    const ends = socketPair(SOCK_SEQPACKET);
    const zero = openSync('/dev/zero', 'r');
    onTestFinished(() => [zero, ...ends].forEach((fd) => void closeSync(fd)));
    const store = new DescriptorStore(ends);
    const keys = Array.from({ length: TOO_MANY }, (_, index) => `key ${index}`);
    for (const key of keys) store.add(key, [zero], { text: 'of some length' });
    const kept = keysIn(ends);
    expect(kept).toEqual(expect.arrayContaining(['key 0', 'key 1']));
    expect(kept.length).toBeLessThan(TOO_MANY);

    store.close('key 1');
    expect(new Set(keysIn(ends))).toEqual(new Set(kept.filter((key) => key !== 'key 1')));
  });

  test('loses none that its process has no room for while it is sorted out', async () => {
    const fixture = path.join(import.meta.dirname, '../../../test/fixtures/full-store.ts');
    const node = [process.execPath, '--conditions=@shimwright/source', fixture];
    const { stdout } = await execa('prlimit', ['--nofile=64', ...node]);
    expect(JSON.parse(stdout)).toEqual([['one', 3]]);
  });
});
