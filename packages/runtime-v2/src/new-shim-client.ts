import { type Bundle, validateNamespace } from '@shimwright/bundle-core';
import { newTaskClient, type TaskClient } from '@shimwright/shim-client/v2';
import type { RunOptions } from './shim-config.ts';
import type { ShimOpt } from './shim-opt.ts';

/**
 * Starts, reaches or creates the shim of a bundle, as `shimOpt` says, and resolves to a client of it.
 *
 * If `signal` aborts before that, no shim, socket or file is left behind. Later it has no effect.
 *
 * @throws {BundleError} `ERR_BUNDLE_NAMESPACE` for a namespace that containerd would refuse.
 * @throws {ShimClientError} as the chosen way to the shim does: see `withTaskStart` and `withTaskConnect`.
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
