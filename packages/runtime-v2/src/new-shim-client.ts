import { type Bundle, validateNamespace } from '@shimwright/bundle-core';
import { newTaskClient, type TaskClient } from '@shimwright/shim-client/v2';
import type { RunOptions } from './shim-config.ts';
import type { ShimOpt } from './shim-opt.ts';

/**
 * A client of the bundle's shim, which is started, reached or created as `shimOpt` says.
 *
 * An abort of `signal` before it resolves leaves no shim, socket or file behind; afterwards it has no effect.
 *
 * @throws {BundleError} `ERR_BUNDLE_NAMESPACE` for a namespace that containerd would refuse.
 * @throws {ShimClientError} whatever the chosen way to the shim throws, see `withTaskStart` and `withTaskConnect`.
 */
export async function newShimClient(
  bundle: Bundle,
  namespace: string,
  shimOpt: ShimOpt,
  runOptions: RunOptions = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<TaskClient> {
  validateNamespace(namespace);
  const [config, taskOpt] = shimOpt(bundle, namespace, runOptions);
  return newTaskClient(config, taskOpt, options);
}
