import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { lstatSync, renameSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The longest path of a Unix socket, in bytes: one byte of what the system has is for the end of the text. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * The path to bind instead of a relative one: Node removes the file of a socket by the path it was bound by, wherever the
 * working directory is then. One that would be too long stays as it is.
 */
export function fixedPath(socketPath: string): string {
  if (!hasFile(socketPath)) return socketPath;
  const whole = path.resolve(socketPath);
  return pathProblem(whole) === undefined ? whole : socketPath;
}

/** The file of a listening Unix socket, which another server may put its own in the place of. */
export class SocketFile {
  readonly #path: string;
  readonly #identity: string | undefined;

  /** The file that has just been bound; undefined where a socket of that path has none. */
  static of(socketPath: string): SocketFile | undefined {
    return hasFile(socketPath) ? new SocketFile(path.resolve(socketPath)) : undefined;
  }

  private constructor(file: string) {
    this.#path = file;
    this.#identity = identityOf(file);
  }

  /**
   * Runs `close`, which removes whatever is at the path at once, as Node does. What another one has put there since is
   * moved out of its way, and back.
   */
  closeOwn(close: () => void): void {
    const found = identityOf(this.#path);
    if (found === undefined || this.#identity === undefined) close();
    else if (found === this.#identity) this.#closeAndRemove(close);
    else this.#closeBeside(close);
  }

  #closeAndRemove(close: () => void): void {
    close();
    if (identityOf(this.#path) === this.#identity) unlinkSync(this.#path); // bound by another name
  }

  #closeBeside(close: () => void): void {
    const aside = path.join(path.dirname(this.#path), `.${randomBytes(6).toString('hex')}`);
    renameSync(this.#path, aside);
    try {
      close();
    } finally {
      // One that came in this very moment is the newest, and stays.
      if (identityOf(this.#path) === undefined) renameSync(aside, this.#path);
    }
  }
}

function hasFile(socketPath: string): boolean {
  return !socketPath.startsWith('\0') && process.platform !== 'win32';
}

/** Why a socket cannot have this path, which the system would cut and take as another one; undefined where it can. */
export function pathProblem(socketPath: unknown): string | undefined {
  if (typeof socketPath !== 'string' || process.platform === 'win32') return undefined;
  // The system would choose a name that nobody knows.
  if (socketPath === '\0') return 'the name of an abstract socket is missing';
  const isTooLong = Buffer.byteLength(socketPath) > MAX_PATH_BYTES;
  return isTooLong ? `the path of a socket has ${MAX_PATH_BYTES} bytes at most` : undefined;
}

function identityOf(file: string): string | undefined {
  const found = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
