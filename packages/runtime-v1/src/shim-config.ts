import type { Bundle } from '@shimwright/bundle-core';
import type { RuncOptions } from '@shimwright/shim-api';
import type { ShimConfig } from '@shimwright/shim-client';
import type { Config } from './config.ts';

/** The options of one container. Missing ones are taken from the {@link Config}. */
export type RunOptions = Partial<RuncOptions>;

/**
 * Returns what the shim of a bundle is told about it.
 *
 * The runtime root of the run options is used unless it is empty; then the one of the config is, as in `shimConfig` of
 * containerd's runtime v1. It does not touch the disk.
 */
export function shimConfig(
  bundle: Bundle,
  namespace: string,
  config: Config,
  runOptions: RunOptions = {},
): ShimConfig {
  return {
    path: bundle.path,
    workDir: bundle.workDir,
    namespace,
    criu: runOptions.criuPath ?? '',
    runtimeRoot: runOptions.runtimeRoot || (config.runtimeRoot ?? ''),
    systemdCgroup: runOptions.systemdCgroup ?? false,
  };
}
