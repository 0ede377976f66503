import path from 'node:path';

/** Where the log of a container is, and what says that it is being written. */
export interface LogFiles {
  /** The log. */
  readonly log: string;
  /** The one before it, put aside when it was full. */
  readonly older: string;
  /**
   * There while output may still come. Whoever writes the log holds a lock on it, which the kernel gives back should that process
   * be killed; so there is one writer, and a next one can tell that it is needed.
   */
  readonly recording: string;
}

/** The name of the log in the container's work directory. */
export const LOG = 'log';

export function logFiles(bundle: { readonly path: string; readonly workDir: string }): LogFiles {
  const log = path.join(bundle.workDir, LOG);
  return { log, older: `${log}.1`, recording: path.join(bundle.path, 'recording') };
}
