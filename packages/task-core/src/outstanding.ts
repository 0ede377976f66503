/** What has begun and has not ended yet. */
export class Outstanding {
  readonly #works = new Set<Promise<unknown>>();

  /** Knows a work until it ends. @returns the same. */
  add<Result>(work: Promise<Result>): Promise<Result> {
    this.#works.add(work);
    const forget = () => void this.#works.delete(work);
    work.then(forget, forget);
    return work;
  }

  /** Resolves when all that has begun by now has ended, however. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#works);
  }
}
