import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { badArgument, hasCode, messageOf, OciRuntimeError } from './errors.ts';
import type { LogEntry } from './failures/log-entry.ts';
import { parseLog } from './failures/runtime-log.ts';

const MAX_LOG_BYTES = 1024 * 1024;

/**
 * The files of one call to a runtime: its log, the process id it reports, and what it is given as JSON. They
 * are in a directory that only we can enter, since other users' links in a shared one would be followed.
 */
export class CallFiles {
  readonly #directory: string;
  /** Those that may be there. */
  readonly #made = new Set<string>();

  /**
   * Makes the directory below `parent`. Synchronous, as that takes a tenth of a millisecond and a promise four times as long.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` where `parent` is not there; `ERR_RUNTIME_FAILED` where nothing can be made in it.
   */
  constructor(parent: string) {
    try {
      this.#directory = mkdtempSync(path.join(parent, 'oci-runtime-')); // 0700, by its contract
    } catch (cause) {
      if (hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR')) {
        throw badArgument(`the directory for temporary files is not there: ${parent}`, cause);
      }
      throw new OciRuntimeError(
        'ERR_RUNTIME_FAILED',
        `there can be no temporary files in ${parent}: ${messageOf(cause)}`,
        {
          cause,
        },
      );
    }
  }

  /** Where the runtime writes its log. */
  get log(): string {
    return this.#file('log');
  }

  /** Where the runtime writes the id of the process it made. */
  get pid(): string {
    return this.#file('pid');
  }

  /** Writes what the runtime is to read, and gives its path. */
  writeInput(text: string): string {
    const file = this.#file('input.json');
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    return file;
  }

  /** What the runtime logged; where that is more than 1 MiB, the end of it. Empty where it cannot be read: no reason to lose sight of what was made. */
  readLog(): string {
    try {
      return readTail(this.log);
    } catch {
      return '';
    }
  }

  /**
   * Adds what the runtime logged to `file`, in one write, so that lines of calls at the same time do not mix.
   * A disk that is full is no reason to lose sight of a container that was made: no failure is reported.
   */
  appendLogTo(file: string): void {
    const lines = parseLog(this.readLog()).map(asLine).join('');
    try {
      if (lines) appendFileSync(file, lines, { mode: 0o600 });
    } catch {
      // see above
    }
  }

  /** Removes all of it, as far as it can be: file by file, which takes a quarter of the time of `rmSync`. */
  remove(): void {
    try {
      for (const file of this.#made) unlinkIfThere(file);
      rmdirSync(this.#directory);
    } catch {
      rmSilently(this.#directory); // something else is there
    }
  }

  #file(name: string): string {
    const file = path.join(this.#directory, name);
    this.#made.add(file);
    return file;
  }
}

/** An entry as runc writes it; crun 1.28 spreads one over several lines. What was no JSON stays as it was. */
function asLine({ level, message, time }: LogEntry): string {
  return `${level === 'unknown' ? message : JSON.stringify({ level, msg: message, time })}\n`;
}

function readTail(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, MAX_LOG_BYTES));
    const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, size - buffer.length));
    return buffer.length === size ? text : text.slice(Math.max(0, text.indexOf('\n{') + 1)); // at an entry's beginning
  } finally {
    closeSync(fd);
  }
}

function unlinkIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

// A few bytes that stay are no reason to lose sight of what was made.
function rmSilently(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // see above
  }
}
