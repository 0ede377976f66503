import { closeSync, constants, createWriteStream, openSync, type WriteStream } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { TASK_FILES } from '../task-files.ts';

/**
 * Holds the log of a shim open, and writes what comes to `shim.log` in the work directory. A FIFO that nobody reads blocks the
 * shim once 64 KiB are in it.
 */
export class LogDrain {
  readonly #fifo: Socket;
  readonly #file: WriteStream;

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
    const file = path.join(bundlePath, TASK_FILES.work, 'shim.log');
    this.#file = createWriteStream(file, { flags: 'a', mode: 0o600 });
    this.#fifo.on('error', () => {});
    // A disk that is full, or a work directory that is gone, must not stop the shim: what it says is lost then.
    this.#file.on('error', () => this.#fifo.unpipe().resume());
    this.#fifo.pipe(this.#file);
  }

  /** Lets go. */
  close(): void {
    this.#fifo.destroy();
    this.#file.end();
  }
}
