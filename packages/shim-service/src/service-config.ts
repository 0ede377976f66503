/** What a shim is told about the container it is to run; `shim.Config` of containerd's runtime v1. */
export interface ServiceConfig {
  /** The bundle's directory. */
  readonly path: string;
  /** The bundle's work directory. */
  readonly workDir: string;
  /** The namespace its containers and events belong to. */
  readonly namespace: string;
  /** The `criu` binary; empty for the one on the PATH. */
  readonly criu: string;
  /** Where the OCI runtime keeps its state; empty for `/run/containerd/runc`. */
  readonly runtimeRoot: string;
  /** Whether cgroups are made through systemd. */
  readonly systemdCgroup: boolean;
}
