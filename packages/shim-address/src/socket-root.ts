import { filePath } from './absolute-path.ts';

/**
 * The directory whose subdirectory `s` holds the sockets, as text. Whether it is absolute shows in the address.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_ARGUMENT` for what is no path.
 */
export function checkSocketRoot(socketRoot: string | URL = '/run/containerd'): string {
  return socketRoot === '' ? '' : filePath(socketRoot, 'socketRoot');
}
