/** Where a process's stdio leads, as a request names it; empty for none. */
export interface StdioPaths {
  /** What it reads: a FIFO. */
  readonly stdin: string;
  /** What it writes: a FIFO, a file, `file://PATH` or `binary://PROGRAM`. */
  readonly stdout: string;
  /** What it writes of failures, likewise; nothing with a terminal. */
  readonly stderr: string;
  /** Whether it has a terminal. */
  readonly terminal: boolean;
}

/** Who is to own the stdio of a container with a user namespace, on the host. */
export interface IOOwner {
  /** The user. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
}
