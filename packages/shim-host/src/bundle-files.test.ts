import { readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadAddressSync } from '@shimwright/shim-address';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { announceShared, loadShimPid, saveShimPid, sharedControlSocket } from './bundle-files.ts';

test('a bundle tells the process of its shim, or that none is noted', async () => {
  const bundle = await tempDir();
  expect(loadShimPid(bundle)).toBeUndefined();
  saveShimPid(bundle, 4711);
  expect(loadShimPid(bundle)).toBe(4711);
});

test.each(['', 'x', '1', '-7', '7.5', '99999999999999999999'])(
  '%j is no process of a shim',
  async (content) => {
    const bundle = await tempDir({ 'shim.pid': content });
    expect(loadShimPid(bundle)).toBe(0);
  },
);

test('a bundle tells that its shim is one of many, and tells it anew', async () => {
  const bundle = await tempDir();
  expect(sharedControlSocket(bundle)).toBeUndefined();
  for (const pid of [5, 6]) {
    announceShared(bundle, { address: 'unix:///run/s/web', controlSocket: '/run/s/all', pid });
  }
  expect(readlinkSync(path.join(bundle, 'shim.shared'))).toBe('/run/s/all');
  expect([sharedControlSocket(bundle), loadAddressSync(bundle), loadShimPid(bundle)]).toEqual([
    '/run/s/all',
    'unix:///run/s/web',
    6,
  ]);
});

test('what is no link names no shared process', async () => {
  const bundle = await tempDir();
  writeFileSync(path.join(bundle, 'shim.shared'), '/run/s/all');
  expect(sharedControlSocket(bundle)).toBeUndefined();
  expect(sharedControlSocket(path.join(bundle, 'shim.shared'))).toBeUndefined();
});
