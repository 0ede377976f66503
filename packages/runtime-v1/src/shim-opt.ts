import type { Bundle } from '@shimwright/bundle-core';
import { decideShimAddress, shimAddress } from '@shimwright/shim-address';
import type { Any } from '@shimwright/shim-api';
import {
  type ClientOpt,
  type ShimConfig,
  type StartOptions,
  withConnect,
  withLocal,
  withStart,
} from '@shimwright/shim-client';
import { createShimService, type ShimServiceOptions } from '@shimwright/shim-service';
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

/** Where the events of a shim in this process go; an `EventExchange` of `@shimwright/event-exchange` is one. */
export interface EventPublisher {
  /** Passes an event on. Must not wait. */
  publish(namespace: string, topic: string, event: Any): void;
}

/** What {@link shimLocal} takes from its service. */
export interface ShimLocalOptions extends Pick<ShimServiceOptions, 'allowedLoggers' | 'runtime'> {}

/**
 * Serves the bundle from within this process: no socket, and no other process than the container's own. When
 * the client is closed, the container is killed and deleted.
 *
 * This process must be a subreaper, see `becomeSubreaper`: that concerns all of its descendants, and so is left to it.
 */
export function shimLocal(config: Config, exchange: EventPublisher, options: ShimLocalOptions = {}): ShimOpt {
  return (bundle, namespace, runOptions) => [
    shimConfig(bundle, namespace, config, runOptions),
    withLocal(async (shim) => {
      const publish = (topic: string, event: Any) => exchange.publish(namespace, topic, event);
      return createShimService(shim, { ...options, publish });
    }),
  ];
}
