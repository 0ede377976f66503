import { type FSWatcher, watch } from 'node:fs';
import { isSystemError } from '../system-error.ts';

/** A watch on a path; it keeps the process alive until it is closed, unless told otherwise. */
export interface PathWatch {
  /** Ends the watch. A second time it does nothing. */
  close(): void;
  /** Lets the process end while this watch is on. */
  unref(): void;
}

/** How a path is watched. */
export interface WatchPathOptions {
  /** How often `onChange` is called where the kernel has no watch left, in milliseconds. @default 1000 */
  readonly lookMs?: number;
}

/**
 * Calls `onChange` when a file, or what is directly in a directory, may have changed: told by inotify(7), and where the kernel has no
 * watch left, by the clock. A user has 128 of them by default, of which each Node process that watches anything takes one, so that an
 * editor and a few build tools use them up. `onChange` is called too often rather than too seldom, and must look for itself.
 *
 * @throws a system error when the path is not there, or must not be read.
 */
export function watchPath(path: string, onChange: () => void, options: WatchPathOptions = {}): PathWatch {
  return new Watch(path, onChange, options.lookMs ?? 1_000);
}

class Watch implements PathWatch {
  readonly #onChange: () => void;
  readonly #lookMs: number;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isReferenced = true;
  #isClosed = false;

  constructor(path: string, onChange: () => void, lookMs: number) {
    this.#onChange = onChange;
    this.#lookMs = lookMs;
    try {
      this.#watcher = watch(path, onChange).on('error', () => this.#goOnByClock());
    } catch (error) {
      if (!isExhausted(error)) throw error;
      this.#goOnByClock();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    clearInterval(this.#timer);
  }

  unref(): void {
    this.#isReferenced = false;
    this.#watcher?.unref();
    this.#timer?.unref();
  }

  #goOnByClock(): void {
    if (this.#isClosed || this.#timer) return;
    this.#timer = setInterval(this.#onChange, this.#lookMs);
    if (!this.#isReferenced) this.#timer.unref();
  }
}

/** EMFILE: no instance left, or no descriptor; ENOSPC: no watch left; ENOMEM. See inotify_init(2) and inotify_add_watch(2). */
function isExhausted(error: unknown): boolean {
  return isSystemError(error, 'EMFILE', 'ENFILE', 'ENOSPC', 'ENOMEM');
}
