import { access, type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { Changes } from '../changes.ts';
import { codeOf } from '../errors.ts';
import { type LogEntry, parseLogLine } from './log-entry.ts';
import type { LogFiles } from './log-files.ts';

/** Which part of a log, and until when. */
export interface LogsOptions {
  /** Goes on with what is written until the container has ended. @default false */
  readonly follow?: boolean | undefined;
  /** Nothing that is older. */
  readonly since?: Date | undefined;
  /** No more than so many of the entries that there are already. @default all */
  readonly tail?: number | undefined;
  /** Ends it; that is no error. */
  readonly signal?: AbortSignal | undefined;
}

const NEWLINE = 0x0a;

/** How long a change may go unnoticed where the kernel does not tell of it. */
const LOOK_AGAIN_MS = 250;

/**
 * The entries of a log, oldest first. A log that is not there has none.
 *
 * @param ensureRecorder sees to it that the log is written, again and again while it is followed.
 */
export async function* readLogs(
  files: LogFiles,
  options: LogsOptions,
  ensureRecorder: () => Promise<void>,
): AsyncGenerator<LogEntry, void, void> {
  const { follow = false, since, tail, signal } = options;
  if (signal?.aborted) return;
  // The watch comes first, so that no change falls between the reading and the waiting.
  const directories = [path.dirname(files.log), path.dirname(files.recording)];
  using changes = follow ? new Changes(directories, LOOK_AGAIN_MS, signal) : undefined;
  await using log = new LogReader(files);
  const isWanted = ({ time }: LogEntry) => since === undefined || time >= since;
  const present: LogEntry[] = [];
  for await (const entry of log.available()) {
    if (signal?.aborted) return;
    if (!isWanted(entry)) continue;
    if (tail === undefined) yield entry;
    else if (tail > 0 && present.push(entry) > tail) present.shift();
  }
  yield* present;
  while (changes && !signal?.aborted) {
    await ensureRecorder();
    const isOver = !(await isThere(files.recording));
    for await (const entry of log.available()) {
      if (isWanted(entry)) yield entry;
      if (signal?.aborted) return;
    }
    if (isOver) return;
    await changes.next();
  }
}

/** Reads the older file, then the log, and goes on with the next one when that is put aside. */
class LogReader implements AsyncDisposable {
  readonly #files: LogFiles;
  #file: FileHandle | undefined;
  #isFirst = true;
  #rest: Buffer = Buffer.alloc(0);

  constructor(files: LogFiles) {
    this.#files = files;
  }

  /** What was written since the last time. */
  async *available(): AsyncGenerator<LogEntry, void, void> {
    if (this.#isFirst) this.#file = await openIfThere(this.#files.older);
    this.#isFirst = false;
    for (;;) {
      this.#file ??= await openIfThere(this.#files.log);
      if (!this.#file) return;
      yield* this.#toTheEnd(this.#file);
      if (await this.#isCurrent(this.#file)) return;
      yield* this.#toTheEnd(this.#file); // what came before it was put aside
      await this.#file.close();
      this.#file = undefined;
      this.#rest = Buffer.alloc(0);
    }
  }

  async *#toTheEnd(file: FileHandle): AsyncGenerator<LogEntry, void, void> {
    const chunk = Buffer.alloc(65_536);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) return;
      let data = Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]);
      for (let newline = data.indexOf(NEWLINE); newline !== -1; newline = data.indexOf(NEWLINE)) {
        const entry = parseLogLine(data.subarray(0, newline));
        data = data.subarray(newline + 1);
        if (entry) yield entry;
      }
      this.#rest = data;
    }
  }

  async #isCurrent(file: FileHandle): Promise<boolean> {
    const [own, current] = await Promise.all([file.stat(), stat(this.#files.log).catch(noneIfMissing)]);
    return own.ino === current?.ino;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  return open(file, 'r').catch(noneIfMissing);
}

function noneIfMissing(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
