/** What a process that serves many shims keeps beside its control socket. */
export interface SharedFiles {
  /** Its stdout and stderr. */
  readonly log: string;
  /** The directory of its registers. */
  readonly registry: string;
}

/** The files that belong to a control socket. */
export function sharedFiles(controlSocket: string): SharedFiles {
  return { log: `${controlSocket}.log`, registry: `${controlSocket}.d` };
}
