import type { Bundle } from '@shimwright/bundle-core';
import { decideShimAddress, shimAddress } from '@shimwright/shim-address';
import {
  type ClientOpt,
  type CreateService,
  type ShimConfig,
  type StartOptions,
  withConnect,
  withLocal,
  withStart,
} from '@shimwright/shim-client';
import type { Config } from './config.ts';
import { type RunOptions, shimConfig } from './shim-config.ts';

/**
 * One way to get the shim of a bundle: what the shim is told, and how it is reached. Pure; the work is
 * done when the `ClientOpt` is called, see `newShimClient`.
 */
export type ShimOpt = (bundle: Bundle, namespace: string, runOptions?: RunOptions) => [ShimConfig, ClientOpt];

/** What {@link shimRemote} needs beyond the config. */
export interface ShimRemoteOptions
  extends Pick<StartOptions, 'cgroup' | 'daemonAddress' | 'onExit' | 'publisher'> {}

/**
 * Starts a new shim process for the bundle and connects to it.
 *
 * It listens at the address that containerd would choose for the same daemon address, namespace and id,
 * so that whoever knows these finds it. Events arrive in the spool beside `daemonAddress`.
 */
export function shimRemote(config: Config, options: ShimRemoteOptions): ShimOpt {
  return (bundle, namespace, runOptions) => [
    shimConfig(bundle, namespace, config, runOptions),
    withStart({
      ...options,
      shim: config.shim ?? 'containerd-shim',
      debug: config.shimDebug ?? false,
      address: shimAddress({
        daemonAddress: options.daemonAddress,
        namespace,
        id: bundle.id,
        ...(config.socketRoot === undefined ? {} : { socketRoot: config.socketRoot }),
      }),
    }),
  ];
}

/** Connects to the shim that runs for the bundle, at the address recorded there, else at the legacy one. */
export function shimConnect(config: Config, options: { readonly onClose?: () => void } = {}): ShimOpt {
  return (bundle, namespace, runOptions) => [
    shimConfig(bundle, namespace, config, runOptions),
    async (shim, signal) => {
      const address = await decideShimAddress({ bundlePath: bundle.path, namespace, id: bundle.id });
      return withConnect({ ...options, address })(shim, signal);
    },
  ];
}

/** Serves the bundle from within this process, by the service that `create` gives for it. */
export function shimLocal(config: Config, create: CreateService): ShimOpt {
  return (bundle, namespace, runOptions) => [
    shimConfig(bundle, namespace, config, runOptions),
    withLocal(create),
  ];
}
