import type { LinuxIdMapping } from '../spec/linux.ts';
import type { User } from '../spec/process.ts';
import type { LinuxSeccomp } from '../spec/seccomp.ts';
import type { SpecMount } from '../spec/spec.ts';
import type { RlimitOption } from './rlimit.ts';
import type { SeccompFeatures } from './seccomp-features.ts';

/** What a container runs, and what it gets beyond the minimum. */
export interface DefaultSpecOptions {
  /** The command and its arguments; without a slash, the command is looked up on the `PATH`. */
  readonly args: readonly string[];
  /** The absolute path to start in. @default '/' */
  readonly cwd?: string;
  /** `NAME=VALUE` each, besides a usual `PATH` and, with a terminal, `TERM`. @default [] */
  readonly env?: readonly string[];
  /** Whether it gets a pseudo-terminal as its stdio. @default false */
  readonly terminal?: boolean;
  /** The host name it sees: letters, digits, `.`, `-` and `_`, at most 64 of them. @default 'container' */
  readonly hostname?: string;
  /** Who it runs as, by ids in the container of at most 2147483647. @default { uid: 0, gid: 0 } */
  readonly user?: Readonly<Omit<User, 'additionalGids'>> & { readonly additionalGids?: readonly number[] };
  /** The directory that becomes `/`: absolute, or relative to the bundle. @default 'rootfs' */
  readonly rootfs?: string | URL;
  /** Whether `/` cannot be written; `/tmp`, `/run` and `/dev/shm` always can. @default true */
  readonly readonlyRootfs?: boolean;
  /**
   * The capabilities of processes of the container's root. Those of other users have none.
   *
   * @default ['CAP_KILL', 'CAP_NET_BIND_SERVICE']
   */
  readonly capabilities?: readonly string[];
  /** Limits of resources, instead of the default. @default 1024 open files, no core dumps */
  readonly rlimits?: readonly RlimitOption[];
  /**
   * How many processes and threads there may be, or that there is no limit; Infinity is none. When rootless, the cgroup at `cgroupsPath` must
   * be the user's own.
   *
   * @default 2048; none when rootless
   */
  readonly pidsLimit?: number | 'unlimited';
  /**
   * A network of its own with nothing but a loopback device, that of the host, or the absolute path of a
   * namespace to join.
   *
   * @default 'private'
   */
  readonly network?: 'private' | 'host' | (string & {});
  /** How many bytes `/tmp` may hold; they count as the container's memory. @default 67108864 */
  readonly tmpBytes?: number;
  /** How many bytes `/dev/shm` may hold; they count as the container's memory. @default 67108864 */
  readonly shmBytes?: number;
  /**
   * The filter of system calls, or false for none.
   *
   * @default that of `defaultSeccomp` for the capabilities; none where `features` say that the runtime has no filters
   */
  readonly seccomp?: LinuxSeccomp | false;
  /** What the runtime says it can do, as its command `features` prints it. @default that it can filter system calls */
  readonly features?: SeccompFeatures;
  /** What to mount after the usual. @default [] */
  readonly mounts?: readonly SpecMount[];
  /**
   * The cgroup. Without it, runtimes make one by the container's id below their own, where two containers of
   * the same id in two namespaces collide; containerd's is `/NAMESPACE/ID`, and so should be yours.
   */
  readonly cgroupsPath?: string;
  /**
   * Whether the container is made by a user who is not root: then it has a user namespace, and no limits of a cgroup
   * unless they are given, since those take a cgroup that is the user's own.
   *
   * @default whether this process is not root's
   */
  readonly rootless?: boolean;
  /** How users of the container are seen on the host; adds a user namespace. @default when rootless, 0 is this user; see `subordinateIds` */
  readonly uidMappings?: readonly LinuxIdMapping[];
  /** How groups of the container are seen on the host; adds a user namespace. @default when rootless, 0 is this group; see `subordinateIds` */
  readonly gidMappings?: readonly LinuxIdMapping[];
}
