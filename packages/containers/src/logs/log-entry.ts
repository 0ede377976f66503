/** A line that a container wrote, or a part of one. */
export interface LogEntry {
  /** When it was read from the container, to the millisecond. */
  readonly time: Date;
  /** Which of its outputs it was written to; a terminal has stdout alone. */
  readonly stream: 'stdout' | 'stderr';
  /** The bytes, with the line's end where it has one. */
  readonly data: Buffer;
  /** The same as text, without the line's end. */
  readonly text: string;
  /** Whether the line goes on in the next entry of this stream. */
  readonly isPartial: boolean;
}

// The format is that of the Kubernetes CRI (kubelet's `logs`, containerd's `cri`): `TIME STREAM TAG TEXT`, where the tag is F for a
// whole line and P for a part. What collects logs of containers reads it, it costs no escapes, and unlike JSON it keeps
// bytes that are no UTF-8. Each line has its time, so that `since` needs no index that could be lost.

/** As kubelet has it: what is longer comes in parts. */
const MAX_LINE_BYTES = 16 * 1024;

const NEWLINE = 0x0a;
const LF = Buffer.from('\n');

/** The lines of a log for one chunk of output. A line that is not ended comes as a part at once, since somebody may be waiting for it. */
export function logLines(chunk: Buffer, stream: LogEntry['stream'], time: Date): Buffer {
  const head = `${time.toISOString()} ${stream} `;
  const [part, full] = [Buffer.from(`${head}P `), Buffer.from(`${head}F `)];
  const lines: Buffer[] = [];
  for (let at = 0; at < chunk.length; ) {
    const newline = chunk.indexOf(NEWLINE, at);
    const end = Math.min(newline === -1 ? chunk.length : newline, at + MAX_LINE_BYTES);
    const isWhole = end === newline;
    lines.push(isWhole ? full : part, chunk.subarray(at, end), LF);
    at = isWhole ? end + 1 : end;
  }
  return Buffer.concat(lines);
}

const LINE = /^(?<time>\S+) (?<stream>stdout|stderr) (?<tag>[PF]) /;

/** Reads a line of a log; undefined for what is none, such as one that a full disk cut off. */
export function parseLogLine(line: Buffer): LogEntry | undefined {
  const head = LINE.exec(line.toString('latin1', 0, 64));
  if (!head?.groups) return undefined;
  const time = new Date(head.groups['time'] ?? '');
  if (Number.isNaN(time.getTime())) return undefined;
  const content = line.subarray(head[0].length);
  const isPartial = head.groups['tag'] === 'P';
  return {
    time,
    stream: head.groups['stream'] === 'stderr' ? 'stderr' : 'stdout',
    data: isPartial ? content : Buffer.concat([content, LF]),
    text: content.toString(),
    isPartial,
  };
}
