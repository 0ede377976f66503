/** How the containers of one runtime are run; the part that containerd has in `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes]`. */
export interface Config {
  /**
   * The runtime, such as `io.containerd.runc.v2`, whose shim is on the PATH as `containerd-shim-runc-v2`; or the absolute path of a
   * shim.
   * @default none: our own shim
   */
  readonly shim?: string | undefined;
  /**
   * Which containers share a process of our own shim: all of a namespace, those of a pod (by the annotations of the spec), or none.
   * @default 'namespace'
   */
  readonly shimGroup?: 'namespace' | 'pod' | 'container';
  /**
   * Where the OCI runtime keeps its state, unless the run options of a container name another place.
   * @default the shim's own: `/run/containerd/runc`
   */
  readonly runtimeRoot?: string;
  /** Whether the shim logs what it does, into `shim.log` in the work directory. @default false */
  readonly shimDebug?: boolean;
  /**
   * The directory below which shims listen, in `s/`. Shims older than containerd 2.3, and our own, do not ask for it.
   * @default '/run/containerd'
   */
  readonly socketRoot?: string;
}
