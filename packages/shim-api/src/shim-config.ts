/** What a shim is told about the container it is to run; `shim.Config` of containerd's runtime v1. */
export interface ShimConfig {
  /** The bundle's directory, the working directory of the shim. */
  readonly path: string;
  /** The bundle's work directory; the shim's logs and the OCI runtime's go there. */
  readonly workDir: string;
  /** The namespace its containers and events belong to. */
  readonly namespace: string;
  /** The `criu` binary; empty for the one on the PATH. */
  readonly criu: string;
  /** Where the OCI runtime keeps its state; empty for the shim's own default, `/run/containerd/runc`. */
  readonly runtimeRoot: string;
  /** Whether cgroups are made through systemd. */
  readonly systemdCgroup: boolean;
}
