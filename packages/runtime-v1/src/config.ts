/** How the containers of one runtime are run; containerd's `[plugins."io.containerd.runtime.v1.linux"]`. */
export interface Config {
  /** The shim: a path, or a name looked up on the PATH. @default 'containerd-shim' */
  readonly shim?: string;
  /**
   * Where the OCI runtime keeps its state, unless the run options of a container name another place.
   * @default the shim's own: `/run/containerd/runc`
   */
  readonly runtimeRoot?: string;
  /** Whether the shim logs what it does. @default false */
  readonly shimDebug?: boolean;
  /** The directory below which shims listen, in `s/`. @default '/run/containerd' */
  readonly socketRoot?: string;
}
