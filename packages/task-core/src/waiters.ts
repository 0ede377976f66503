/** Those who wait for one thing that happens once. Whoever gives up waiting is forgotten. */
export class Waiters {
  #isOver = false;
  readonly #waiting = new Set<() => void>();

  /** Resolves when it has happened. @throws the reason of the signal, should that come first. */
  wait(signal?: AbortSignal): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const done = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(done);
        reject(signal?.reason);
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', onAbort);
    });
  }

  /** Whether it has happened. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Says that it has happened. */
  release(): void {
    this.#isOver = true;
    for (const done of this.#waiting) done();
    this.#waiting.clear();
  }
}
