import type { Bundle } from '@shimwright/bundle-core';
import { legacyShimAddress, loadAddress, sharedShimSocket, shimAddress } from '@shimwright/shim-address';
import type { Any, EventPublisher } from '@shimwright/shim-api';
import {
  type ClientOpt,
  ShimClientError,
  type ShimConfig,
  type StartOptions,
  withConnect,
  withLocal,
  withShared,
  withSharedConnect,
  withStart,
} from '@shimwright/shim-client';
import { sharedControlSocket } from '@shimwright/shim-host';
import { createShimService, type ShimServiceOptions, sharedProgram } from '@shimwright/shim-service';
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
 * Gets a shim that outlives this process, and connects to it: our own, in a process that serves all containers of
 * the group and is started with the first one, or a new process of the `shim` that the config names.
 *
 * It listens at the address that containerd would choose for the same daemon address, namespace and id,
 * so that whoever knows these finds it. Events arrive in the spool beside `daemonAddress`.
 */
export function shimRemote(config: Config, options: ShimRemoteOptions): ShimOpt {
  const { shim, shimGroup: group, shimDebug: debug = false, socketRoot } = config;
  const { daemonAddress } = options;
  const manager = { daemonAddress, ...(socketRoot !== undefined && { socketRoot }) };
  return (bundle, namespace, runOptions) => {
    const address = shimAddress({ ...manager, namespace, id: bundle.id });
    const clientOpt =
      shim === undefined
        ? withShared({
            ...{ ...options, ...sharedProgram(), address },
            controlSocket: sharedShimSocket({ ...manager, ...(group !== undefined && { group }) }),
          })
        : withStart({ ...options, shim, debug, address });
    return [shimConfig(bundle, namespace, config, runOptions), clientOpt];
  };
}

/**
 * Connects to the shim that runs for the bundle, at the address recorded there; see `legacyAddress` of the config. A shared
 * process that has died is started anew before, and goes on with all of its containers.
 */
export function shimConnect(config: Config, options: { readonly onClose?: () => void } = {}): ShimOpt {
  return (bundle, namespace, runOptions) => [
    shimConfig(bundle, namespace, config, runOptions),
    async (shim, signal) => {
      const address = (await loadAddress(bundle.path)) ?? legacyAddress(bundle, namespace, config);
      const controlSocket = sharedControlSocket(bundle.path);
      const reach =
        controlSocket === undefined
          ? withConnect({ ...options, address })
          : withSharedConnect({ ...options, ...sharedProgram(), address, controlSocket });
      return reach(shim, signal);
    },
  ];
}

/** Where containerd's shims listened before they recorded it; anybody can take that address, so it has to be asked for. */
function legacyAddress({ id, path }: Bundle, namespace: string, config: Config): string {
  if (config.legacyAddress) return legacyShimAddress({ namespace, id });
  throw new ShimClientError('ERR_SHIM_UNREACHABLE', `${path} records no address of a shim`, { path });
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
