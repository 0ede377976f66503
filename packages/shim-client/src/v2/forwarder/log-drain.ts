import { closeSync, constants, createWriteStream, openSync, type WriteStream } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { hasCode } from '../../errors.ts';
import { TASK_FILES } from '../task-files.ts';

/** How soon it is tried again to write to a disk that was full. */
const RETRY_MS = 1_000;

/**
 * Holds the log of a shim open, and writes what comes to `shim.log` in the work directory. A FIFO that nobody reads blocks the
 * shim once 64 KiB are in it.
 */
export class LogDrain {
  readonly #fifo: Socket;
  readonly #path: string;
  #file: WriteStream | undefined;
  #retry: NodeJS.Timeout | undefined;

  /** @throws a system error where the bundle has no such FIFO. */
  constructor(bundlePath: string) {
    const fifo = path.join(bundlePath, TASK_FILES.log);
    // For writing too, so that there is never an end of it.
    const descriptor = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      this.#fifo = new Socket({ fd: descriptor, readable: true, writable: false });
    } catch (error) {
      closeSync(descriptor); // it is no FIFO
      throw error;
    }
    this.#path = path.join(bundlePath, TASK_FILES.work, 'shim.log');
    this.#fifo.on('error', () => {});
    this.#pass();
  }

  /** Lets go. */
  close(): void {
    clearTimeout(this.#retry);
    this.#fifo.destroy();
    this.#file?.end();
  }

  #pass(): void {
    const file = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    this.#file = file;
    // A disk that is full, or a work directory that is gone, must not stop the shim: what it says meanwhile is lost.
    file.on('error', (error) => {
      this.#fifo.unpipe(file).resume();
      this.#file = undefined;
      if (hasCode(error, 'ENOENT') || this.#fifo.destroyed) return;
      this.#retry = setTimeout(() => this.#pass(), RETRY_MS).unref();
    });
    this.#fifo.pipe(file);
  }
}
