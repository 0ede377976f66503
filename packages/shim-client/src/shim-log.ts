import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { removeFile } from '@shimwright/shim-host';

/** The last part of what a shim that ended at once had to say. */
const LAST_CHARS = 4096;

/**
 * Where a shim's stdout and stderr go: the files `shim.stdout.log` and `shim.stderr.log` in the work
 * directory.
 *
 * Files where containerd has FIFOs of these names: a file never blocks the shim when nobody reads, never
 * ends it with SIGPIPE when its manager is gone, and can be read afterwards. The shim and containerd open
 * whatever has the name.
 */
export class ShimLog {
  /** The files that were made. */
  readonly made: string[] = [];
  readonly #files: readonly [string, string];
  readonly #descriptors: number[] = [];

  constructor(workDir: string) {
    this.#files = [path.join(workDir, 'shim.stdout.log'), path.join(workDir, 'shim.stderr.log')];
  }

  /** Makes both files anew; gives the descriptors for stdout and stderr. */
  open(): readonly [number, number] {
    const [stdout, stderr] = this.#files;
    return [this.#openNew(stdout), this.#openNew(stderr)];
  }

  /** A new file each time: whatever else has the name, a symlink or a FIFO, is neither followed nor written to. */
  #openNew(file: string): number {
    removeFile(file);
    const descriptor = openSync(file, 'ax', 0o600);
    this.made.push(file);
    this.#descriptors.push(descriptor);
    return descriptor;
  }

  /** Closes our side; the shim has its own. */
  close(): void {
    for (const descriptor of this.#descriptors.splice(0)) closeSync(descriptor);
  }

  /** The end of what the shim wrote to stderr. */
  stderr(): string {
    return readFileSync(this.#files[1], 'utf8').slice(-LAST_CHARS).trim();
  }
}
