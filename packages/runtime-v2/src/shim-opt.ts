import path from 'node:path';
import type { Bundle } from '@shimwright/bundle-core';
import type { Any, EventPublisher } from '@shimwright/shim-api';
import {
  type TaskConfig,
  type TaskConnectOptions,
  type TaskOpt,
  type TaskStartOptions,
  withTaskConnect,
  withTaskLocal,
  withTaskStart,
} from '@shimwright/shim-client/v2';
import { createTaskService, type TaskServiceSettings, taskShimProgram } from '@shimwright/shim-service';
import type { Config } from './config.ts';
import { type RunOptions, shimConfig } from './shim-config.ts';

/**
 * One way to get the shim of a bundle: what the shim is told, and how it is reached. Pure; the work is done when the `TaskOpt` is
 * called, see `newShimClient`.
 */
export type ShimOpt = (bundle: Bundle, namespace: string, runOptions?: RunOptions) => [TaskConfig, TaskOpt];

/** What {@link shimRemote} needs beyond the config. */
export interface ShimRemoteOptions extends Pick<TaskStartOptions, 'cgroup' | 'daemonAddress' | 'onExit'> {}

/**
 * Starts a shim that outlives this process, and connects to it: our own, or that of the runtime that the config names. Which
 * containers share a process is the shim's choice; see `shimGroup` for ours. Events arrive in the spool beside `daemonAddress`.
 */
export function shimRemote(config: Config, options: ShimRemoteOptions): ShimOpt {
  const { shim, shimGroup, shimDebug: debug = false, socketRoot } = config;
  return (bundle, namespace, runOptions) => [
    shimConfig(bundle, namespace, config, runOptions),
    withTaskStart({
      ...{ ...options, debug, runtime: shim ?? taskShimProgram() },
      ...(socketRoot !== undefined && { socketDirectory: path.join(socketRoot, 's') }),
      ...(shimGroup !== undefined && { env: { SHIMWRIGHT_GROUP: shimGroup } }),
    }),
  ];
}

/** Connects to the shim that runs for the bundle, at the address that is noted there, whoever has started it. */
export function shimConnect(config: Config, options: TaskConnectOptions = {}): ShimOpt {
  return (bundle, namespace, runOptions) => [
    shimConfig(bundle, namespace, config, runOptions),
    withTaskConnect(options),
  ];
}

/** What {@link shimLocal} takes. */
export interface ShimLocalOptions extends Pick<TaskServiceSettings, 'allowedLoggers'> {
  /** The OCI runtime where the run options name none: a path or a name. @default `runc`, else `crun` */
  readonly runtime?: string;
}

/**
 * Serves the bundle from within this process: no socket, and no other process than the container's own. When the client is
 * closed, the container is killed and deleted.
 *
 * This process must be a subreaper, see `becomeSubreaper`: that concerns all of its descendants, and so is left to it.
 */
export function shimLocal(config: Config, exchange: EventPublisher, options: ShimLocalOptions = {}): ShimOpt {
  const { runtime, ...settings } = options;
  return (bundle, namespace, runOptions = {}) => [
    shimConfig(bundle, namespace, config, withRuntime(runOptions, runtime)),
    withTaskLocal(async (shim) => {
      const publish = (topic: string, event: Any) => exchange.publish(namespace, topic, event);
      return createTaskService(shim, { ...settings, publish });
    }),
  ];
}

function withRuntime(runOptions: RunOptions, binaryName: string | undefined): RunOptions {
  return binaryName === undefined || 'typeUrl' in runOptions ? runOptions : { binaryName, ...runOptions };
}
