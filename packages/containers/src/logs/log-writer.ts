import { type FileHandle, open, rename } from 'node:fs/promises';
import { type LogEntry, logLines } from './log-entry.ts';
import type { LogFiles } from './log-files.ts';

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** Appends to the log of one container. What the disk does not take is lost: the container goes on. */
export class LogWriter {
  readonly #files: LogFiles;
  readonly #maxBytes: number;
  #file: FileHandle | undefined;
  #size = 0;
  #last = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(files: LogFiles, maxBytes = DEFAULT_MAX_BYTES) {
    this.#files = files;
    this.#maxBytes = maxBytes;
  }

  /** Resolves when the chunk is written, or lost. */
  write(chunk: Buffer, stream: LogEntry['stream']): Promise<void> {
    // A clock that is set back does not make times go back, which `since` relies on.
    this.#last = Math.max(this.#last, Date.now());
    const lines = logLines(chunk, stream, new Date(this.#last));
    this.#queue = this.#queue.then(() => this.#append(lines)).catch(() => {});
    return this.#queue;
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#file?.close().catch(() => {});
    this.#file = undefined;
  }

  async #append(lines: Buffer): Promise<void> {
    this.#file ??= await this.#open();
    await this.#file.appendFile(lines);
    this.#size += lines.length;
    if (this.#size >= this.#maxBytes) await this.#putAside();
  }

  async #open(): Promise<FileHandle> {
    const file = await open(this.#files.log, 'a', 0o600);
    this.#size = (await file.stat()).size;
    return file;
  }

  async #putAside(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    await rename(this.#files.log, this.#files.older);
  }
}
