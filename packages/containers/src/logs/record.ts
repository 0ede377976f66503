import { rm } from 'node:fs/promises';
import { outputSoFar } from '../stdio.ts';
import type { StdioPaths } from '../task.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogFiles } from './log-files.ts';
import { LogWriter } from './log-writer.ts';

/** Writes the output of one container to its log, to its end, which it then tells by removing the file `recording`. */
export async function record(
  { stdout, stderr }: StdioPaths,
  files: LogFiles,
  maxBytes: number | undefined,
): Promise<void> {
  const writer = new LogWriter(files, maxBytes);
  await Promise.all([copy(stdout, 'stdout', writer), copy(stderr, 'stderr', writer)]);
  await writer.close();
  await rm(files.recording, { force: true });
}

/** One chunk after the other: while the disk is slow the pipe fills, and the container waits. */
async function copy(fifo: string, stream: LogEntry['stream'], writer: LogWriter): Promise<void> {
  const output: AsyncIterable<Buffer> | undefined = fifo === '' ? undefined : outputSoFar(fifo);
  for await (const chunk of output ?? []) await writer.write(chunk, stream);
}
