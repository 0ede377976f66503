/** The codes that a program can check. */
export type CgroupMetricsErrorCode =
  | 'ERR_METRICS_ARGUMENT'
  | 'ERR_METRICS_GONE'
  | 'ERR_METRICS_PLATFORM'
  | 'ERR_METRICS_UNREADABLE';

/** Details of an error, where they are known. */
export interface CgroupMetricsErrorFacts {
  /** The process concerned. */
  readonly pid?: number | undefined;
  /** The file or directory concerned. */
  readonly path?: string | undefined;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_METRICS_ARGUMENT` | no process id, or what `cgroupsOf` did not give |
 * | `ERR_METRICS_GONE` | the process has ended, or the cgroups were removed |
 * | `ERR_METRICS_PLATFORM` | there are no cgroups: not Linux, or none mounted where they can be seen |
 * | `ERR_METRICS_UNREADABLE` | a file is there, and cannot be read, or says what no kernel says |
 */
export class CgroupMetricsError extends Error {
  static {
    CgroupMetricsError.prototype.name = 'CgroupMetricsError';
  }
  /** What went wrong. */
  readonly code: CgroupMetricsErrorCode;
  /** The process concerned; undefined where cgroups were given. */
  readonly pid: number | undefined;
  /** The file or directory concerned; undefined where it is none. */
  readonly path: string | undefined;

  constructor(
    code: CgroupMetricsErrorCode,
    message: string,
    facts: CgroupMetricsErrorFacts & ErrorOptions = {},
  ) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.pid = facts.pid;
    this.path = facts.path;
  }
}
