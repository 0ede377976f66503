import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { parseAddress } from './address.ts';
import { hasCode, ShimAddressError } from './errors.ts';

/**
 * Removes the socket file of an address, whether or not somebody listens there. An abstract socket has no
 * file, and a file that is gone already is fine, as is a path that leads nowhere: below what is no directory, or
 * into a loop of links.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_NOT_A_SOCKET` when something else has that path, a link included: it
 * stays. Also as `parseAddress` does.
 */
export async function removeSocket(address: string): Promise<void> {
  const { kind, path } = parseAddress(address);
  if (kind === 'abstract') return;
  try {
    checkSocket(await lstat(path), address, path);
    await unlink(path);
  } catch (error) {
    throwUnlessMissing(error);
  }
}

/**
 * Removes the socket file of an address, whether or not somebody listens there. An abstract socket has no
 * file, and a file that is gone already is fine, as is a path that leads nowhere: below what is no directory, or
 * into a loop of links.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_NOT_A_SOCKET` when something else has that path, a link included: it
 * stays. Also as `parseAddress` does.
 */
export function removeSocketSync(address: string): void {
  const { kind, path } = parseAddress(address);
  if (kind === 'abstract') return;
  try {
    checkSocket(lstatSync(path), address, path);
    unlinkSync(path);
  } catch (error) {
    throwUnlessMissing(error);
  }
}

function checkSocket(stats: Stats, address: string, path: string): void {
  if (stats.isSocket()) return;
  throw new ShimAddressError(
    'ERR_ADDRESS_NOT_A_SOCKET',
    `${path} is not a socket and was left alone; remove it yourself if it is not needed`,
    { address, path },
  );
}

function throwUnlessMissing(error: unknown): void {
  if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) throw error;
}
