import { loadAddress, loadAddressSync } from './address-file.ts';
import { legacyShimAddress, type ShimIdentity } from './shim-address.ts';

/** The bundle whose shim is looked for. */
export interface DecideShimAddressOptions extends ShimIdentity {
  /** The bundle's own directory, which holds the file `address`. */
  readonly bundlePath: string | URL;
}

/**
 * Where the shim of a bundle listens: at the recorded address, or at the legacy one when none is recorded.
 *
 * @throws {ShimAddressError} as `loadAddress` does: a record that cannot be read does not mean that there is
 * none.
 */
export async function decideShimAddress(options: DecideShimAddressOptions): Promise<string> {
  return (await loadAddress(options.bundlePath)) ?? legacyShimAddress(options);
}

/**
 * Where the shim of a bundle listens: at the recorded address, or at the legacy one when none is recorded.
 *
 * @throws {ShimAddressError} as `loadAddressSync` does: a record that cannot be read does not mean that there
 * is none.
 */
export function decideShimAddressSync(options: DecideShimAddressOptions): string {
  return loadAddressSync(options.bundlePath) ?? legacyShimAddress(options);
}
