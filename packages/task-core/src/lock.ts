/** Lets one piece of work at a time run, in the order they came. */
export class Lock {
  #last: Promise<void> = Promise.resolve();

  /** Runs `work` when it is its turn. Aborted before that, it is never run, and the signal's reason is thrown. */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const before = this.#last;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    this.#last = before.then(() => done);
    try {
      await (signal ? unlessAborted(before, signal) : before);
      return await work();
    } finally {
      resolve();
    }
  }
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  signal.throwIfAborted();
}
