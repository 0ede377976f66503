import type { Bundle } from '@shimwright/bundle-core';
import { type Any, packAny } from '@shimwright/shim-api';
import type { RuncOptions } from '@shimwright/shim-api/task-v2';
import type { TaskConfig } from '@shimwright/shim-client/v2';
import type { Config } from './config.ts';

/**
 * The options of one container. For runc they are `containerd.runc.v1.Options`, and {@link Config} fills in what you leave out. For
 * a shim with options of its own, give an `Any`; it is passed unchanged.
 */
export type RunOptions = Partial<RuncOptions> | Any;

/**
 * Returns what the shim of a bundle is told about the bundle. It does not touch the disk.
 *
 * The `root` of the run options wins over the `runtimeRoot` of the config, unless it is empty.
 */
export function shimConfig(
  { id, path, workDir }: Bundle,
  namespace: string,
  config: Config,
  runOptions: RunOptions = {},
): TaskConfig {
  return { id, path, workDir, namespace, options: optionsOf(config, runOptions) };
}

function optionsOf({ runtimeRoot = '' }: Config, runOptions: RunOptions): Any {
  if ('typeUrl' in runOptions) return runOptions;
  return packAny('containerd.runc.v1.Options', { ...runOptions, root: runOptions.root || runtimeRoot });
}
