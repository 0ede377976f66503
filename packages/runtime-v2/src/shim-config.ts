import type { Bundle } from '@shimwright/bundle-core';
import { type Any, packAny } from '@shimwright/shim-api';
import type { RuncOptions } from '@shimwright/shim-api/task-v2';
import type { TaskConfig } from '@shimwright/shim-client/v2';
import type { Config } from './config.ts';

/**
 * The options of one container: those of runc, `containerd.runc.v1.Options`, of which what is left out is taken from the
 * {@link Config}; or an `Any` for a shim that has options of its own, which is passed as it is.
 */
export type RunOptions = Partial<RuncOptions> | Any;

/**
 * What the shim of a bundle is told about it.
 *
 * The root of the run options wins over the `runtimeRoot` of the config unless it is empty. Touches no disk.
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
