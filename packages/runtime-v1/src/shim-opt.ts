import type { Bundle } from '@shimwright/bundle-core';
import { legacyShimAddress, loadAddress, sharedShimSocket, shimAddress } from '@shimwright/shim-address';
import type { Any, EventPublisher } from '@shimwright/shim-api';
import {
  type ClientOpt,
  type SharedOptions,
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
 * One way to get the shim of a bundle: it says what the shim is told and how it is reached. It does nothing by itself; the
 * work is done when the `ClientOpt` is called, see `newShimClient`.
 */
export type ShimOpt = (bundle: Bundle, namespace: string, runOptions?: RunOptions) => [ShimConfig, ClientOpt];

/** What {@link shimRemote} needs beyond the config. */
export interface ShimRemoteOptions
  extends Pick<StartOptions, 'cgroup' | 'daemonAddress' | 'onExit' | 'publisher'> {}

/**
 * Gets a shim that outlives this process, and connects to it. By default this is our own shim, in a process that serves
 * all containers of the group and starts with the first one. If the config names a `shim`, it is a new process of that
 * program.
 *
 * The shim listens at the address that containerd would choose for the same daemon address, namespace and id, so anybody
 * who knows these finds it. Events arrive in the spool beside `daemonAddress`.
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
            ...{ ...options, ...programOf(config), address },
            controlSocket: sharedShimSocket({ ...manager, ...(group !== undefined && { group }) }),
          })
        : withStart({ ...options, shim, debug, address });
    return [shimConfig(bundle, namespace, config, runOptions), clientOpt];
  };
}

/**
 * Connects to the running shim of a bundle, at the address recorded in the bundle; see `legacyAddress` of the config. If a
 * shared process has died, a new one is started first and continues with all of its containers.
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
          : withSharedConnect({ ...options, ...programOf(config), address, controlSocket });
      return reach(shim, signal);
    },
  ];
}

/** The process that containers share. */
function programOf({ shimLingerMs }: Config): Pick<SharedOptions, 'command' | 'args'> {
  const { command, args } = sharedProgram();
  return { command, args: shimLingerMs === undefined ? args : [...args, '--grace', String(shimLingerMs)] };
}

/** Where containerd's shims listened before they recorded it; anybody can take that address, so it has to be asked for. */
function legacyAddress({ id, path }: Bundle, namespace: string, config: Config): string {
  if (config.legacyAddress) return legacyShimAddress({ namespace, id });
  throw new ShimClientError('ERR_SHIM_UNREACHABLE', `${path} records no address of a shim`, { path });
}

/** What {@link shimLocal} takes from its service. */
export interface ShimLocalOptions extends Pick<ShimServiceOptions, 'allowedLoggers' | 'runtime'> {}

/**
 * Serves the bundle from within this process: there is no socket, and no process other than the container's own. Closing
 * the client kills and deletes the container.
 *
 * This process must be a subreaper, see `becomeSubreaper`. That affects all of its descendants, so you must call it
 * yourself.
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
