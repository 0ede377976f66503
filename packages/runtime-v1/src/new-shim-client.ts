import { type Bundle, validateNamespace } from '@shimwright/bundle-core';
import { newClient, type ShimClient } from '@shimwright/shim-client';
import type { RunOptions } from './shim-config.ts';
import type { ShimOpt } from './shim-opt.ts';

/**
 * Returns a client of the bundle's shim. `shimOpt` decides whether the shim is started, connected to, or run in this
 * process.
 *
 * Aborting `signal` before it resolves leaves no shim, socket or file behind. Afterwards it has no effect.
 *
 * @throws {BundleError} `ERR_BUNDLE_NAMESPACE` for a namespace that containerd would refuse.
 * @throws {ShimClientError} as the chosen way to the shim does, see `withStart` and `withConnect`.
 */
export async function newShimClient(
  bundle: Bundle,
  namespace: string,
  shimOpt: ShimOpt,
  runOptions: RunOptions = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<ShimClient> {
  validateNamespace(namespace);
  const [config, clientOpt] = shimOpt(bundle, namespace, runOptions);
  return newClient(config, clientOpt, options);
}
