import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { removeFile, removeQuietly, sharedFiles } from '@shimwright/shim-host';

const LAST_BYTES = 4096;

/** Where the output of a shared process goes: `CONTROL_SOCKET.log`, which belongs to whoever has the socket. */
export class SharedLog {
  readonly #file: string;
  // Its own even when the name is another's already.
  #descriptor: number | undefined;

  constructor(controlSocket: string) {
    this.#file = sharedFiles(controlSocket).log;
  }

  /** Makes the file anew, since whatever else has the name is neither followed nor written to; gives its descriptor. */
  open(): number {
    removeFile(this.#file);
    this.#descriptor = openSync(this.#file, 'ax+', 0o600);
    return this.#descriptor;
  }

  /** The end of what the process has written; nothing after `close`. */
  lastWords(): string {
    if (this.#descriptor === undefined) return '';
    const { size } = fstatSync(this.#descriptor);
    const words = Buffer.alloc(Math.min(size, LAST_BYTES));
    readSync(this.#descriptor, words, { position: size - words.length });
    return words.toString().trim();
  }

  /** Closes our side; the process has its own. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Takes it back, while nobody else can have the name. */
  remove(): void {
    if (this.#descriptor !== undefined) removeQuietly(this.#file);
    this.close();
  }
}
