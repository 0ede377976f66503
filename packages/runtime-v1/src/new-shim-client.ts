import { type Bundle, validateNamespace } from '@shimwright/bundle-core';
import { newClient, type ShimClient } from '@shimwright/shim-client';
import type { RunOptions } from './shim-config.ts';
import type { ShimOpt } from './shim-opt.ts';

/**
 * A client of the bundle's shim, which is started, reached or created as `shimOpt` says.
 *
 * An abort of `signal` before it resolves leaves no shim, socket or file behind; afterwards it has no effect.
 *
 * @throws {BundleError} `ERR_BUNDLE_NAMESPACE` for a namespace that containerd would refuse.
 * @throws {ShimClientError} whatever the chosen way to the shim throws, see `withStart` and `withConnect`.
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
