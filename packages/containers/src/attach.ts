import type { Writable } from 'node:stream';
import { Writable as WritableStream } from 'node:stream';
import type { LogEntry } from './logs/log-entry.ts';
import { openInput } from './stdio.ts';
import type { StdioPaths } from './task.ts';

/** The input and output of a container. Several may be attached to one, and each gets all of its output. */
export interface Attachment extends AsyncIterable<LogEntry>, Disposable {
  /** What it reads; ending it is the end of its input, for good. Without an open input, what is written goes nowhere. */
  readonly stdin: Writable;
  /** Closes this side; the container goes on. */
  close(): void;
}

interface AttachmentParts {
  readonly output: AsyncGenerator<LogEntry, void, void>;
  readonly closeStdin: () => Promise<void>;
}

export function attachTo({ stdin: fifo }: StdioPaths, { output, closeStdin }: AttachmentParts): Attachment {
  const pipe = fifo === '' ? undefined : openInput(fifo);
  pipe?.on('error', () => {}); // whoever writes is told by the write
  const stdin = new WritableStream({
    write: (chunk, _encoding, done) => (pipe ? pipe.write(chunk, done) : done()),
    final: (done) => {
      pipe?.destroy();
      // It may have ended before its input.
      (pipe ? closeStdin() : Promise.resolve()).then(
        () => done(),
        () => done(),
      );
    },
  });
  const close = () => {
    pipe?.destroy();
    output.return().catch(() => {});
  };
  return { stdin, close, [Symbol.dispose]: close, [Symbol.asyncIterator]: () => output };
}
