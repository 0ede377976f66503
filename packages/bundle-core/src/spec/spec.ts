import type { Linux, LinuxIdMapping } from './linux.ts';
import type { FreeBsd, Solaris, Vm, Windows, Zos } from './platforms.ts';
import type { Process } from './process.ts';

/**
 * The OCI runtime specification's `config.json`, version 1.3 and older: what a runtime such as runc is told about one
 * container. It is plain data, to be changed at will before a bundle is made of it.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config.md
 */
export interface Spec {
  /** The version of the specification that the rest follows, as SemVer. */
  ociVersion: string;
  /** The container's first process; `start` needs it. */
  process?: Process;
  /** The container's root file system; required on Linux. */
  root?: Root;
  /** The host name in the container; needs a `uts` namespace. Without it, the runtime's own is kept. */
  hostname?: string;
  /** The NIS domain name in the container; needs a `uts` namespace. Since 1.1. */
  domainname?: string;
  /** What is mounted over the root file system, in this order. */
  mounts?: SpecMount[];
  /** Commands that run at points in the container's life. */
  hooks?: Hooks;
  /** Any metadata, by names in reverse-domain notation. Runtimes ignore what they do not know. */
  annotations?: Record<string, string>;
  /** What only Linux has. */
  linux?: Linux;
  /** What only Windows has. */
  windows?: Windows;
  /** What only Solaris has. */
  solaris?: Solaris;
  /** What only FreeBSD has. Since 1.3. */
  freebsd?: FreeBsd;
  /** What containers in a virtual machine of their own have. */
  vm?: Vm;
  /** What only z/OS has. */
  zos?: Zos;
}

/** The root file system. */
export interface Root {
  /** The directory that becomes `/`: absolute, or relative to the bundle. */
  path: string;
  /** Whether it is mounted read-only. @default false */
  readonly?: boolean;
}

/** A mount; see `mount(2)`. */
export interface SpecMount {
  /** The absolute path in the container. */
  destination: string;
  /** The kind of file system, such as `tmpfs`; `bind` or nothing for a bind mount. */
  type?: string;
  /** A device name or path on the host; for a bind mount also relative to the bundle. */
  source?: string;
  /** As in fstab, such as `ro` and `nosuid`; also `bind`, `rbind` and propagation. */
  options?: string[];
  /** How user ids on the file system are seen in the container (an id-mapped mount). Since 1.1. */
  uidMappings?: LinuxIdMapping[];
  /** How group ids on the file system are seen in the container (an id-mapped mount). Since 1.1. */
  gidMappings?: LinuxIdMapping[];
}

/** A command that the runtime runs; it gets the container's state as JSON on stdin. */
export interface Hook {
  /** The absolute path of the program. */
  path: string;
  /** All arguments, the program's name first. */
  args?: string[];
  /** `NAME=VALUE` each. */
  env?: string[];
  /** Seconds until it is ended; 1 or more. */
  timeout?: number;
}

/** Commands at points in a container's life, each list in order. */
export interface Hooks {
  /** As `createRuntime`. @deprecated use `createRuntime`, `createContainer` or `startContainer` */
  prestart?: Hook[];
  /** During `create`, when the namespaces exist and the root is not yet changed; in the runtime's namespaces. */
  createRuntime?: Hook[];
  /** During `create`, as `createRuntime`, but in the container's namespaces. */
  createContainer?: Hook[];
  /** During `start`, just before the process; in the container's namespaces. */
  startContainer?: Hook[];
  /** After the process was started; in the runtime's namespaces. */
  poststart?: Hook[];
  /** After the container was deleted; in the runtime's namespaces. */
  poststop?: Hook[];
}
