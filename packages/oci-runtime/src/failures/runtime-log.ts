import { isObject } from '../json.ts';
import { jsonObjectEnd } from './json-object-end.ts';
import type { LogEntry } from './log-entry.ts';

/** The levels of what ends a runtime. */
const ERRORS: readonly string[] = ['error', 'fatal', 'panic', 'critical'];

/**
 * The entries of a log: a sequence of JSON objects, each on one line (runc) or over several (crun 1.28). What is in
 * between is kept by the line, as `unknown`: nothing said is lost.
 *
 * A log that does not begin with an object is plain text to its end, as is what follows an object without end. Whoever
 * chooses the name of a program could otherwise write an entry: plain text quotes names as they are, JSON escapes them.
 */
export function parseLog(text: string): LogEntry[] {
  const entries: LogEntry[] = [];
  let isJson = true;
  for (let rest = text.trimStart(); rest !== ''; rest = rest.trimStart()) {
    const end = isJson ? jsonObjectEnd(rest) : 0;
    const entry = parseEntry(rest.slice(0, end));
    if (!entry && (entries.length === 0 || rest.startsWith('{'))) isJson = false;
    const [line = ''] = rest.split('\n', 1);
    entries.push(entry ?? { level: 'unknown', message: line.trimEnd() });
    rest = rest.slice(entry ? end : line.length);
  }
  return entries;
}

/** What the runtime says was wrong: the last thing it calls an error, which is the one that ended it. */
export function lastError(log: readonly LogEntry[]): string | undefined {
  return log.findLast(({ level }) => ERRORS.includes(level))?.message.trim();
}

/** All of a log that is plain text; undefined for one in JSON, and for an empty one. */
export function plainText(log: readonly LogEntry[]): string | undefined {
  const isPlain = log.length > 0 && log.every(({ level }) => level === 'unknown');
  return isPlain ? log.map(({ message }) => message).join('\n') : undefined;
}

function parseEntry(text: string): LogEntry | undefined {
  const entry = text === '' ? undefined : parseJson(text);
  if (!isObject(entry)) return undefined;
  const { level, time, timestamp } = entry;
  const message = messageOf(entry);
  return {
    level: typeof level === 'string' && message !== undefined ? level.toLowerCase() : 'unknown',
    message: message ?? text,
    time: [time, timestamp].find((each) => typeof each === 'string'),
  };
}

/** Where loggers put the message: logrus and crun, slog and others, the tracing of Rust. */
function messageOf({ msg, message, fields }: Record<string, unknown>): string | undefined {
  const inFields = isObject(fields) ? fields['message'] : undefined;
  return [msg, message, inFields].find((each) => typeof each === 'string');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
