import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { parseAddress } from './address.ts';
import { hasCode, ShimAddressError } from './errors.ts';

/**
 * Removes the socket file of an address, whether or not somebody listens there. It is not an error if the socket is
 * abstract and has no file, if the file is gone already, or if the path leads nowhere.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_NOT_A_SOCKET` if something else, or a link, has that path; it stays. Also as
 * `parseAddress` does.
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
 * The synchronous form of `removeSocket`.
 *
 * @throws {ShimAddressError} as `removeSocket` does.
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
