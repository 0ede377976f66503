/** One line of a runtime's log. */
export interface LogEntry {
  /** How bad it is in the runtime's words, such as `error` or `warning`. A line that is no JSON has `unknown`. */
  readonly level: string;
  /** What the runtime says; for a line that is no JSON, the line. */
  readonly message: string;
  /** When, as the runtime writes it (RFC 3339). */
  readonly time?: string | undefined;
}

/** The entries of a log in JSON, one a line. A line of anything else is kept as it is: nothing said is lost. */
export function parseLog(text: string): LogEntry[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseLine);
}

/** What the runtime says was wrong: the last thing it calls an error, which is the one that ended it. */
export function lastError(log: readonly LogEntry[]): string | undefined {
  const errors = log.filter(({ level }) => level === 'error' || level === 'fatal' || level === 'panic');
  return errors.at(-1)?.message.trim();
}

function parseLine(line: string): LogEntry {
  const entry = parseJson(line);
  if (!isObject(entry) || typeof entry['msg'] !== 'string') return { level: 'unknown', message: line };
  return {
    level: typeof entry['level'] === 'string' ? entry['level'] : 'unknown',
    message: entry['msg'],
    time: typeof entry['time'] === 'string' ? entry['time'] : undefined,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with keys, and no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
