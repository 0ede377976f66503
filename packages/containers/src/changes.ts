import { type PathWatch, watchPath } from '@shimwright/linux-native';

/** Tells that something in one of some directories may have changed since it was last asked. */
export class Changes implements Disposable {
  readonly #watchers: PathWatch[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #lookAgainMs: number;
  #came = Promise.withResolvers<void>();
  readonly #wake = () => this.#came.resolve();

  /** @param lookAgainMs how long a change may go unnoticed where the kernel does not tell of it. */
  constructor(directories: readonly string[], lookAgainMs: number, signal: AbortSignal | undefined) {
    this.#lookAgainMs = lookAgainMs;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#wake);
    for (const directory of directories) {
      try {
        this.#watchers.push(watchPath(directory, this.#wake, { lookMs: lookAgainMs }));
      } catch {
        // the directory is gone: the clock tells
      }
    }
  }

  /** Resolves at the next change, at an abort, or when it is time to look again. */
  async next(): Promise<void> {
    if (this.#signal?.aborted) return;
    const timer = setTimeout(this.#wake, this.#lookAgainMs);
    await this.#came.promise;
    clearTimeout(timer);
    this.#came = Promise.withResolvers<void>();
  }

  [Symbol.dispose](): void {
    this.#signal?.removeEventListener('abort', this.#wake);
    for (const watcher of this.#watchers) watcher.close();
  }
}
