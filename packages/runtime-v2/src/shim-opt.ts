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
 * One way to get the shim of a bundle: what the shim is told, and how it is reached. It only describes that. `newShimClient` calls the
 * `TaskOpt`, which does the work.
 */
export type ShimOpt = (bundle: Bundle, namespace: string, runOptions?: RunOptions) => [TaskConfig, TaskOpt];

/** What {@link shimRemote} needs beyond the config. */
export interface ShimRemoteOptions extends Pick<TaskStartOptions, 'cgroup' | 'daemonAddress' | 'onExit'> {}

/**
 * Starts a shim that outlives this process, and connects to it. It is our own shim, or that of the runtime that the config names. The
 * shim decides which containers share a process; for ours, see `shimGroup`. Events arrive in the spool beside `daemonAddress`.
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

/** Connects to the shim that already runs for the bundle, whoever has started it. The bundle tells its address. */
export function shimConnect(config: Config, options: TaskConnectOptions = {}): ShimOpt {
  return (bundle, namespace, runOptions) => [
    shimConfig(bundle, namespace, config, runOptions),
    withTaskConnect(options),
  ];
}

/** What {@link shimLocal} takes. */
export interface ShimLocalOptions extends Pick<TaskServiceSettings, 'allowedLoggers'> {
  /** The OCI runtime, by path or name, for run options that name none. @default `runc`, else `crun` */
  readonly runtime?: string;
}

/**
 * Serves the bundle from within this process, without a socket or another process. When you close the client, the container is
 * killed and deleted.
 *
 * This process must be a subreaper. Call `becomeSubreaper` first; it is your choice, because it concerns all descendants of this process.
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
