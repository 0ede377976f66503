/** One thing that a runtime logged. */
export interface LogEntry {
  /** How bad it is, such as `error` or `warning`, in lower case. What is no JSON has `unknown`. */
  readonly level: string;
  /** What the runtime says; where that is no JSON, the line. */
  readonly message: string;
  /** When, as the runtime writes it (RFC 3339). */
  readonly time?: string | undefined;
}
