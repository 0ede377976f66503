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
  /** The one that is read, or was read to its end; while it is open, no other file can get its number. */
  #file: FileHandle | undefined;
  #rest: Buffer = Buffer.alloc(0);

  constructor(files: LogFiles) {
    this.#files = files;
  }

  /** What was written since the last time. */
  async *available(): AsyncGenerator<LogEntry, void, void> {
    this.#file ??= await this.#after(undefined);
    while (this.#file) {
      yield* this.#toTheEnd(this.#file);
      const next = await this.#after(this.#file);
      if (!next) return;
      yield* this.#toTheEnd(this.#file); // what came before it was put aside
      await this.#file.close();
      this.#file = next;
      this.#rest = Buffer.alloc(0);
    }
  }

  /**
   * The oldest file that is newer than the one that was read. It need not be the log: while that was read, more than one may have been put
   * aside, and the last of them is there even where nothing was written after it.
   */
  async #after(file: FileHandle | undefined): Promise<FileHandle | undefined> {
    const { older, log } = this.#files;
    const ino = (await file?.stat())?.ino;
    for (;;) {
      if (ino !== undefined && (await inodeOf(log)) === ino) return undefined;
      const putAside = await openIfThere(older);
      const putAsideIno = (await putAside?.stat())?.ino;
      if (putAsideIno !== ino) return putAside;
      await putAside?.close();
      const next = await openIfThere(log);
      if ((await inodeOf(older)) === putAsideIno) return next;
      await next?.close(); // it was put aside meanwhile, and perhaps there is one between the two
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  return open(file, 'r').catch(noneIfMissing);
}

async function inodeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(noneIfMissing))?.ino;
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
