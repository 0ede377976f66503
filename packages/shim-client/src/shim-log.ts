import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

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
  readonly #files: readonly [string, string];
  #descriptors: readonly [number, number] | undefined;

  constructor(workDir: string) {
    this.#files = [path.join(workDir, 'shim.stdout.log'), path.join(workDir, 'shim.stderr.log')];
  }

  /** Makes both files anew; gives the descriptors for stdout and stderr. */
  open(): readonly [number, number] {
    // A new file each time: whatever else has the name, a symlink or a FIFO, is neither followed nor written to.
    this.remove();
    const stdout = openSync(this.#files[0], 'ax', 0o600);
    try {
      this.#descriptors = [stdout, openSync(this.#files[1], 'ax', 0o600)];
    } catch (error) {
      closeSync(stdout);
      throw error;
    }
    return this.#descriptors;
  }

  /** Closes our side; the shim has its own. */
  close(): void {
    for (const descriptor of this.#descriptors ?? []) closeSync(descriptor);
    this.#descriptors = undefined;
  }

  /** The end of what the shim wrote to stderr. */
  stderr(): string {
    return readFileSync(this.#files[1], 'utf8').slice(-LAST_CHARS).trim();
  }

  /** Removes both files. */
  remove(): void {
    for (const file of this.#files) rmSync(file, { force: true });
  }
}
