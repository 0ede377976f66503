/**
 * How the containers of one runtime are run, as `[plugins."io.containerd.runtime.v1.linux"]` says it for containerd.
 */
export interface Config {
  /**
   * The program that is started for each container: a path, or a name looked up on the PATH, such as `containerd-shim`.
   * @default none: our own shim, one process for all containers of a group
   */
  readonly shim?: string | undefined;
  /**
   * Which of the manager's containers share a shim process, where no `shim` is named; any text.
   * @default '' one for all that name no other
   */
  readonly shimGroup?: string;
  /**
   * How long the process that containers share stays after the last of them, in milliseconds: the next container then starts
   * sooner. It takes effect when the process starts. @default 1000
   */
  readonly shimLingerMs?: number;
  /**
   * Where the OCI runtime keeps its state, unless the run options of a container name another place.
   * @default the shim's own: `/run/containerd/runc`
   */
  readonly runtimeRoot?: string;
  /** Whether the `shim` logs what it does; the shared one always tells what went wrong. @default false */
  readonly shimDebug?: boolean;
  /** The directory below which shims listen, in `s/`. @default '/run/containerd' */
  readonly socketRoot?: string;
  /**
   * Whether `shimConnect` tries, for a bundle that records no address, the abstract one that old versions of containerd
   * used. Any user can take that, so the shim there must be one of this user or root. @default false
   */
  readonly legacyAddress?: boolean;
}
