import type { ShimConfig } from '@shimwright/shim-api';

/**
 * The arguments of a shim, as the `containerd-shim` of runtime v1 takes them; see `containerd-shim -h`.
 *
 * containerd's own client passes `-criu-path`, which no shim knows: the flag is `-criu`.
 */
export function shimArguments(
  config: ShimConfig,
  options: { readonly daemonAddress: string; readonly publisher: string; readonly debug: boolean },
): string[] {
  return [
    ...['-namespace', config.namespace],
    ...['-workdir', config.workDir],
    ...['-address', options.daemonAddress],
    ...['-containerd-binary', options.publisher],
    ...(config.criu ? ['-criu', config.criu] : []),
    ...(config.runtimeRoot ? ['-runtime-root', config.runtimeRoot] : []),
    ...(config.systemdCgroup ? ['-systemd-cgroup'] : []),
    ...(options.debug ? ['-debug'] : []),
  ];
}
