import { loadAddress, loadAddressSync } from './address-file.ts';
import { checkOptions } from './identity.ts';
import { legacyShimAddress, type ShimIdentity } from './shim-address.ts';

/** The bundle whose shim is looked for. */
export interface DecideShimAddressOptions extends ShimIdentity {
  /** The bundle's own directory, which holds the file `address`. */
  readonly bundlePath: string | URL;
}

/**
 * Returns where the shim of a bundle listens: the recorded address, or the legacy one if none is recorded.
 *
 * @throws {ShimAddressError} as `loadAddress` does. A record that cannot be read does not count as missing.
 */
export async function decideShimAddress(options: DecideShimAddressOptions): Promise<string> {
  return (await loadAddress(checkOptions(options).bundlePath)) ?? legacyShimAddress(options);
}

/**
 * The synchronous form of `decideShimAddress`.
 *
 * @throws {ShimAddressError} as `decideShimAddress` does.
 */
export function decideShimAddressSync(options: DecideShimAddressOptions): string {
  return loadAddressSync(checkOptions(options).bundlePath) ?? legacyShimAddress(options);
}
