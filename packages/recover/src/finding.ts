/**
 * What can be found below a state root.
 *
 * | found | meaning | cleaned |
 * | --- | --- | --- |
 * | `live-shim` | its process runs, or somebody listens at its address | never |
 * | `live-container` | no shim process, but its container lives and is not lost: its shared process is to be started anew by `shimConnect`, or it has its shim within another program | never |
 * | `dead-shim` | the bundle of a shim that is gone | its container is killed, its exit told, and all of it removed |
 * | `orphan-bundle` | a bundle that never had a shim of its own | the same |
 * | `orphan-container` | one that the OCI runtime knows by a bundle that is gone, or half of one | killed, its exit told, and deleted |
 * | `orphan-work-directory` | a work directory without its bundle, empty or with a shim's logs | removed |
 * | `orphan-mount` | a mount at or below one of these | unmounted |
 * | `stale-socket` | a socket where nobody listens | removed |
 * | `stale-group` | what a process of many v2 shims left that is gone with its keeper, and that nobody is to be told of | removed |
 * | `interrupted-create` | what a process that was killed while it made a bundle left | removed |
 * | `interrupted-delete` | the same while it deleted one | removed |
 * | `unknown` | a directory that could not be looked at, or is certainly no bundle; see `error` | never |
 */
export type Found =
  | 'live-shim'
  | 'live-container'
  | 'dead-shim'
  | 'orphan-bundle'
  | 'orphan-container'
  | 'orphan-work-directory'
  | 'orphan-mount'
  | 'stale-socket'
  | 'stale-group'
  | 'interrupted-create'
  | 'interrupted-delete'
  | 'unknown';

/** How a container ended whose shim could not tell it. */
export interface RecoveredExit {
  /** The process of the container; 0 where it is not known any more. */
  readonly pid: number;
  /** 137, as containerd says of a container that it had to kill; or what the shim has told before it died. */
  readonly exitStatus: number;
  /** When it ended, or was found to have. */
  readonly exitedAt: Date;
  /** Whether the status is made up, since the container had ended before it was killed. */
  readonly isUnknown: boolean;
}

/** One thing that was found. */
export interface Finding {
  /** The container's id; empty where nothing tells it. */
  readonly id: string;
  /** What it is. */
  readonly found: Found;
  /** The directory, mount point or socket. */
  readonly path: string;
  /** The process of a live shim, where the bundle names it, or that of a live container. */
  readonly pid?: number;
  /** How the container ended; only of one that was cleaned. */
  readonly exit?: RecoveredExit;
  /** Whether it was cleaned by this call. Another one may be at it. */
  readonly cleaned: boolean;
  /** Why it could not be looked at or cleaned. */
  readonly error?: unknown;
}

/** A finding, and how to clean it where that is allowed. */
export interface Remnant {
  readonly finding: Finding;
  /** What is found with it, and goes with it. @default [] */
  readonly belongings?: readonly Finding[];
  /** Gives what changes in the finding. Rejects where it cannot be cleaned. */
  readonly clean?: () => Promise<Partial<Finding>>;
}

export function mountFinding(mount: string, id: string): Finding {
  return { id, found: 'orphan-mount', path: mount, cleaned: false };
}

export function socketFinding(socket: string, id = ''): Finding {
  return { id, found: 'stale-socket', path: socket, cleaned: false };
}
